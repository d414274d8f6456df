#!/usr/bin/env node
/** The command as a process: its streams, its signals and its end. */

import nodeModule from "node:module";
import { errorCatalogue, LabError } from "../core/errors.ts";
import { systemClock, systemTimer } from "../core/system-clock.ts";
import { systemPrng } from "../core/system-random.ts";
import { paintFor, wantsColour } from "./colour.ts";
import { runCommandLine } from "./command-line.ts";
import { isYes } from "./confirm.ts";
import { shownFailure } from "./failure.ts";
import { OpenBoards } from "./open-boards.ts";
import type { Output } from "./output.ts";
import { onFault, onSignal } from "./stopping.ts";

// From Node 22.8 on compiled code is kept from run to run; what is loaded from here on begins sooner.
if ("enableCompileCache" in nodeModule && typeof nodeModule.enableCompileCache === "function")
  nodeModule.enableCompileCache();

const stop = new AbortController();
const boards = new OpenBoards(systemTimer);
const paint = paintFor(wantsColour(process.stderr, process.env));
process.stdout.on("error", endWhenUnwritable);
// Nobody may be reading the remarks any more; the run goes on.
process.stderr.on("error", () => {});
process.exitCode = await runCommandLine(process.argv.slice(2), {
  folder: process.cwd(),
  environment: process.env,
  streams: process,
  columns: process.stdout.columns,
  clock: systemClock,
  timer: systemTimer,
  prng: systemPrng(),
  stop: stop.signal,
  boards,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
  began: listen,
});

async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and the end of the input close it without an answer.
    const closed = new Promise<boolean>((resolve) => terminal.once("close", () => resolve(false)));
    return await Promise.race([terminal.question(question).then(isYes), closed]);
  } finally {
    terminal.close();
  }
}

/** To signals and faults. */
function listen(output: Output, isVerbose: boolean): void {
  const stopping = { stop, boards, output, exit: (code: number) => process.exit(code) };
  // Node makes the same of a rejected promise that nobody waits for.
  process.on("uncaughtException", onFault(stopping, { isVerbose, paint }));
  const signalled = onSignal(stopping);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, signalled);
}

/** A reader that has seen enough is no failure; a full disk is. A board is not left with its drives on either way. */
async function endWhenUnwritable(failure: NodeJS.ErrnoException): Promise<void> {
  stop.abort();
  await boards.leaveAll();
  if (failure.code === "EPIPE") process.exit(0);
  const next = "make room, or send the output elsewhere";
  const unwritable = new LabError("ENVIRONMENT", `stdout: ${failure.message}`, { next });
  process.stderr.write(shownFailure(unwritable, { isVerbose: false, paint }).text);
  process.exit(errorCatalogue.ENVIRONMENT.exitCode);
}
