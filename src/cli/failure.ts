/** How a failure is shown: one line that says what happened, one that says what to do, and an exit code. */

import { LabError, textOf } from "../core/errors.ts";
import type { Paint } from "./colour.ts";
import { bugExitCode } from "./exit-codes.ts";

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
    const step = failure.next === undefined ? "" : `  ${next} ${failure.next}\n`;
    return {
      text: `${head} ${failure.message} [${failure.code}]\n${step}${trace}`,
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
