#!/usr/bin/env node
/** The command line. Commands load what they need when they run, so that help is quick. */

import yargs, { type Argv } from "yargs";
import { hideBin } from "yargs/helpers";
import { LabError } from "../core/errors.ts";
import { systemClock, systemTimer } from "../core/system-clock.ts";
import { demoCommand } from "./commands/demo.ts";
import { emulatorCommand } from "./commands/emulator.ts";
import { identifyCommand } from "./commands/identify.ts";
import { inferCommand } from "./commands/infer.ts";
import { programCommand } from "./commands/program.ts";
import { readCommand } from "./commands/read.ts";
import { reportCommand } from "./commands/report.ts";
import type { Context } from "./context.ts";
import { shownFailure } from "./failure.ts";
import { Output } from "./output.ts";
import { toolVersion } from "./provenance.ts";

const commands = [
  emulatorCommand,
  identifyCommand,
  programCommand,
  readCommand,
  inferCommand,
  reportCommand,
  demoCommand,
];

const words = hideBin(process.argv);
const flag = (name: string): boolean => words.includes(name);

const stop = new AbortController();
const context: Context = {
  clock: systemClock,
  timer: systemTimer,
  output: new Output(process, systemClock, { json: flag("--json"), quiet: flag("--quiet") }),
  stop: stop.signal,
  commandLine: words,
};

stopOnSignals();
process.stdout.on("error", endQuietlyWhenPipeCloses);
await run();

async function run(): Promise<void> {
  try {
    await parser().parseAsync();
  } catch (failure) {
    const shown = shownFailure(failure, flag("--verbose"));
    process.stderr.write(shown.text);
    process.exitCode = shown.exitCode;
  }
}

function parser(): Argv {
  const base: Argv = yargs(words)
    .scriptName("pcmlab")
    .usage(
      "$0 COMMAND\n\nProgram, watch and run neural networks on phase-change-memory chips, real or emulated.",
    )
    .version(toolVersion())
    .options({
      json: { type: "boolean", default: false, describe: "print one JSON document on stdout", global: true },
      quiet: { type: "boolean", default: false, describe: "no progress and remarks on stderr", global: true },
      verbose: { type: "boolean", default: false, describe: "stack traces with errors", global: true },
    })
    .demandCommand(1, "name a command")
    .strict()
    .recommendCommands()
    .wrap(Math.min(110, yargs().terminalWidth()))
    .fail((message, failure) => {
      throw failure ?? new LabError("USAGE", message, { next: "see `pcmlab COMMAND --help`" });
    });
  for (const command of commands) command(base, context);
  return base;
}

/** The first signal asks the command to stop at a safe point; a second one ends it. */
function stopOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
      context.output.note("stopping at the next safe point; again to stop at once");
    });
  }
}

function endQuietlyWhenPipeCloses(failure: NodeJS.ErrnoException): void {
  if (failure.code === "EPIPE") process.exit(0);
  throw failure;
}
