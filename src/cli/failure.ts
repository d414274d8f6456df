/** How a failure is shown: one line that says what happened, one that says what to do, and an exit code. */

import { LabError, textOf } from "../core/errors.ts";

/** Exit code of a bug in pcmlab itself. */
const bugExitCode = 70;

export interface Shown {
  readonly text: string;
  readonly exitCode: number;
}

export function shownFailure(failure: unknown, verbose: boolean): Shown {
  const trace = verbose ? `${traceOf(failure)}\n` : "";
  if (failure instanceof LabError) {
    const next = failure.next === undefined ? "" : `  next: ${failure.next}\n`;
    return {
      text: `pcmlab: ${failure.message} [${failure.code}]\n${next}${trace}`,
      exitCode: failure.exitCode,
    };
  }
  const hint = verbose ? "" : "  next: run it again with --verbose and report what it prints\n";
  return {
    text: `pcmlab: a fault in pcmlab itself: ${textOf(failure)}\n${hint}${trace}`,
    exitCode: bugExitCode,
  };
}

function traceOf(failure: unknown): string {
  if (!(failure instanceof Error)) return textOf(failure);
  const cause = failure.cause === undefined ? "" : `\ncaused by: ${traceOf(failure.cause)}`;
  return `${failure.stack ?? failure.message}${cause}`;
}
