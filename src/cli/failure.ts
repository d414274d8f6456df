/** How a failure is shown: one line that says what happened, one that says what to do, and an exit code. */

import { type ErrorCode, LabError, textOf } from "../core/errors.ts";
import type { Paint } from "./colour.ts";
import { bugExitCode } from "./exit-codes.ts";

/** What to do where the failure itself does not say. */
const usualNext: Readonly<Record<ErrorCode, string>> = {
  USAGE: "see `pcmlab --help`",
  PORT_MISSING: "see what `pcmlab devices` lists",
  PORT_BUSY: "end the program that holds it",
  LOCKED: "see `pcmlab lock`, and wait or end that program",
  PORT_PERMISSION: "see what `pcmlab doctor` says",
  NOT_OURS: "name the port of the PCM board; `pcmlab devices` lists what there is",
  NO_ANSWER: "check power, cable and baud rate",
  LINK_LOST: "check cable and power, and run it again",
  BOARD_RESTARTED: "program again what was not stored",
  BAD_REPLY: "check the baud rate, and the firmware with `pcmlab conformance`",
  DIVERGED: "run the command that was recorded",
  REFUSED: "see what the chip allows with `pcmlab identify`",
  LIMIT: "see what the chip has and allows with `pcmlab identify`",
  DOES_NOT_FIT: "use a smaller network or a larger chip",
  UNSUPPORTED_OPERATOR: "export the network without it",
  BAD_NETWORK: "export the network again",
  BAD_DATA: "check the file",
  BAD_PROFILE: "correct the profile; `pcmlab profile show` prints one that is right",
  STORE: "see what `pcmlab store check` says",
  STORE_CONTENT: "run the command that brings it",
  DRIVER: "mend the module, or leave --driver out",
  ENVIRONMENT: "see what `pcmlab doctor` says",
  INTERRUPTED: "run it again",
};

export interface Shown {
  readonly text: string;
  readonly exitCode: number;
}

export interface Showing {
  /** With the stack. */
  readonly isVerbose: boolean;
  readonly paint: Paint;
}

export function shownFailure(failure: unknown, { isVerbose, paint }: Showing): Shown {
  const [head, next] = [paint("pcmlab:", "red"), paint("next:", "cyan")];
  const trace = isVerbose ? `${traceOf(failure)}\n` : "";
  if (failure instanceof LabError) {
    const step = failure.next ?? usualNext[failure.code];
    return {
      text: `${head} ${failure.message} [${failure.code}]\n  ${next} ${step}\n${trace}`,
      exitCode: failure.exitCode,
    };
  }
  const hint = isVerbose ? "" : `  ${next} run it again with --verbose and report what it prints\n`;
  return {
    text: `${head} a fault in pcmlab itself: ${textOf(failure)}\n${hint}${trace}`,
    exitCode: bugExitCode,
  };
}

function traceOf(failure: unknown): string {
  if (!(failure instanceof Error)) return textOf(failure);
  const cause = failure.cause === undefined ? "" : `\ncaused by: ${traceOf(failure.cause)}`;
  return `${failure.stack ?? failure.message}${cause}`;
}
