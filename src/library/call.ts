/** What all functions of the library share: how a caller stops them, and hears what a command line would print. */

import type { Context } from "../cli/context.ts";
import { OpenBoards } from "../cli/open-boards.ts";
import { Output } from "../cli/output.ts";
import { systemClock, systemTimer } from "../core/system-clock.ts";
import { systemPrng } from "../core/system-random.ts";

export interface CallOptions {
  /** Stops the call at its next safe point: it ends with LabError INTERRUPTED, and what was acknowledged is stored. */
  readonly signal?: AbortSignal;
  /** Told remarks, warnings and progress, a line each. The library itself prints nothing. */
  readonly notice?: (line: string) => void;
}

/** @param call the name of the function, which stores and wear ledgers keep as the command. */
export function contextOf(call: string, { signal, notice }: CallOptions): Context {
  const nowhere = { write: () => true };
  const stderr = notice === undefined ? nowhere : { write: (text: string) => notice(text.trimEnd()) };
  const options = { json: false, quiet: notice === undefined };
  return {
    clock: systemClock,
    timer: systemTimer,
    prng: systemPrng(),
    output: new Output({ stdout: nowhere, stderr }, systemClock, options),
    stop: signal ?? new AbortController().signal,
    boards: new OpenBoards(systemTimer),
    commandLine: [`${call}()`],
  };
}
