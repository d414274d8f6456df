/** A context that collects what is printed. */

import type { Context } from "../../src/cli/context.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";

/** @param command as the command line of its records. */
export function contextOf(command: string, json = false, stop: AbortSignal = new AbortController().signal) {
  const [out, said]: [string[], string[]] = [[], []];
  const streams = {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => said.push(text) },
  };
  const clock = { monotonicSeconds: () => 0, wallSeconds: () => 1_760_000_000 };
  const timer = new VirtualTimer();
  const context: Context = {
    clock,
    timer,
    prng: seededPrng(1),
    output: new Output(streams, clock, { json, quiet: false }),
    stop,
    boards: new OpenBoards(timer),
    commandLine: [command],
  };
  return { context, out, said };
}
