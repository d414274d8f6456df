/** What a command ends with: the codes of the catalogue of errors, and those of commands that were done but found something. */

import { errorCatalogue, errorCodes } from "../core/errors.ts";

/** No failures of pcmlab, so not of its catalogue of errors: what was asked for was found out. */
export const verdicts = {
  broken: { exitCode: 1, meaning: "conformance: a rule is broken" },
  incomplete: {
    exitCode: 10,
    meaning: "conformance: no rule is known to be broken, but not all were checked",
  },
  limitNotKept: { exitCode: 11, meaning: "validate: a limit is not kept" },
} as const;

/** A bug in pcmlab itself. */
export const bugExitCode = 70;

/** Of the codes that failures of the catalogue end with. */
const groups: Readonly<Record<ExitCode, string>> = {
  2: "the command line or the config file is wrong",
  3: "the port cannot be opened, or the chip is another program's",
  4: "the port is open, but the conversation failed",
  5: "outside the limits of the chip; nothing was applied",
  6: "the network",
  7: "images, calibration or chip profile",
  8: "the store is damaged, foreign or newer, or lacks what is needed",
  9: "this machine lacks something; the module that --driver names cannot be used",
  130: "stopped by Ctrl-C; what was acknowledged is stored",
};

type ExitCode = (typeof errorCatalogue)[keyof typeof errorCatalogue]["exitCode"];

export interface ExitMeaning {
  readonly exitCode: number;
  readonly meaning: string;
}

/** Every exit code once, in their order. */
export function exitMeanings(): readonly ExitMeaning[] {
  const failures = new Map<ExitCode, string[]>();
  for (const code of errorCodes) {
    const { exitCode } = errorCatalogue[code];
    failures.set(exitCode, [...(failures.get(exitCode) ?? []), code]);
  }
  return [
    { exitCode: 0, meaning: "done" },
    ...Array.from(failures, ([exitCode, names]) => ({
      exitCode,
      meaning: `${groups[exitCode]} (${names.join(", ")})`,
    })),
    ...Object.values(verdicts),
    { exitCode: bugExitCode, meaning: "a fault in pcmlab: run again with --verbose and report it" },
  ].sort((a, b) => a.exitCode - b.exitCode);
}
