#!/usr/bin/env node
/** The command line. Commands load what they need when they run, so that help is quick. */

import yargs, { type Argv } from "yargs";
import { hideBin } from "yargs/helpers";
import { errorCatalogue, LabError } from "../core/errors.ts";
import { systemClock, systemTimer } from "../core/system-clock.ts";
import { systemPrng } from "../core/system-random.ts";
import { conformanceCommand } from "./commands/conformance.ts";
import { demoCommand } from "./commands/demo.ts";
import { devicesCommand } from "./commands/devices.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { emulatorCommand } from "./commands/emulator.ts";
import { identifyCommand } from "./commands/identify.ts";
import { inferCommand } from "./commands/infer.ts";
import { linkCommand } from "./commands/link.ts";
import { profileCommand } from "./commands/profile.ts";
import { programCommand } from "./commands/program.ts";
import { readCommand } from "./commands/read.ts";
import { replayCommand } from "./commands/replay.ts";
import { reportCommand } from "./commands/report.ts";
import { traceCommand } from "./commands/trace.ts";
import type { Context } from "./context.ts";
import { shownFailure } from "./failure.ts";
import { OpenBoards } from "./open-boards.ts";
import { Output } from "./output.ts";
import { toolVersion } from "./provenance.ts";
import { onSignal } from "./stopping.ts";

const commands = {
  emulator: emulatorCommand,
  profile: profileCommand,
  devices: devicesCommand,
  doctor: doctorCommand,
  identify: identifyCommand,
  link: linkCommand,
  program: programCommand,
  read: readCommand,
  infer: inferCommand,
  report: reportCommand,
  replay: replayCommand,
  trace: traceCommand,
  conformance: conformanceCommand,
  demo: demoCommand,
};
const commandNames = Object.keys(commands);

const words = hideBin(process.argv);
/** The streams are set up before the parser runs, since its own failures are printed too. */
const flag = (name: string): boolean => words.includes(name) || words.includes(`${name}=true`);

const stop = new AbortController();
const boards = new OpenBoards(systemTimer);
const output = new Output(process, systemClock, { json: flag("--json"), quiet: flag("--quiet") });
const context: Context = {
  clock: systemClock,
  timer: systemTimer,
  prng: systemPrng(),
  output,
  stop: stop.signal,
  boards,
  commandLine: words,
};

const signalled = onSignal({ stop, boards, output, exit: (code) => process.exit(code) });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, signalled);
process.stdout.on("error", endWhenUnwritable);
// Nobody may be reading the remarks any more; the run goes on.
process.stderr.on("error", () => {});
await run();

async function run(): Promise<void> {
  try {
    await parser().parseAsync();
  } catch (failure) {
    // A board that was left in a hurry fails whatever used it.
    if (boards.areLeft) return;
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
    .parserConfiguration({ "duplicate-arguments-array": false })
    .demandCommand(1, "name a command")
    .strict()
    .recommendCommands()
    .wrap(Math.min(110, yargs().terminalWidth()))
    .fail((message, failure) => {
      // What yargs and the checks of options complain of is an YError; anything else comes from a command.
      if (failure !== undefined && failure.name !== "YError") throw failure;
      throw usageError(message ?? failure?.message ?? "");
    });
  for (const command of Object.values(commands)) command(base, context);
  return base;
}

/** What yargs found, on one line, with the command's own help as the next step. */
function usageError(message: string): LabError {
  const command = words.find((word) => !word.startsWith("-"));
  const known = commandNames.some((name) => name === command);
  const guess = /^Did you mean (\w+)\?$/.exec(message)?.[1];
  const text =
    guess === undefined ? message.trim().replace(/\s*\n\s*/g, " ") : `there is no command ${command}`;
  const help = `see \`pcmlab ${known ? `${command} ` : ""}--help\``;
  return new LabError("USAGE", text, { next: guess === undefined ? help : `did you mean ${guess}? ${help}` });
}

/** A reader that has seen enough is no failure; a full disk is. A board is not left with its drives on either way. */
async function endWhenUnwritable(failure: NodeJS.ErrnoException): Promise<void> {
  stop.abort();
  await boards.leaveAll();
  if (failure.code === "EPIPE") process.exit(0);
  const next = "make room, or send the output elsewhere";
  process.stderr.write(
    shownFailure(new LabError("ENVIRONMENT", `stdout: ${failure.message}`, { next }), false).text,
  );
  process.exit(errorCatalogue.ENVIRONMENT.exitCode);
}
