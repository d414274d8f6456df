#!/usr/bin/env node
/** The command line. Commands load what they need when they run, so that help is quick. */

import yargs, { type Argv } from "yargs";
import { hideBin } from "yargs/helpers";
import { errorCatalogue, LabError } from "../core/errors.ts";
import { systemClock, systemTimer } from "../core/system-clock.ts";
import { systemPrng } from "../core/system-random.ts";
import { commandNames, declaredCommands, loadCommands } from "./commands/commands.ts";
import { globalOptions } from "./commands/global-options.ts";
import { glance } from "./config/given.ts";
import {
  asFlags,
  asObject,
  type Configuration,
  noConfiguration,
  readConfiguration,
} from "./config/read-config.ts";
import type { Context } from "./context.ts";
import { shownFailure } from "./failure.ts";
import { OpenBoards } from "./open-boards.ts";
import { Output } from "./output.ts";
import { toolVersion } from "./package-files.ts";
import { onFault, onSignal } from "./stopping.ts";

const words = hideBin(process.argv);
/** Known before the parser runs, since its own failures are printed too. */
const isSet = (name: "json" | "quiet" | "verbose", { settings }: Configuration): boolean =>
  words.includes(`--${name}`) ||
  words.includes(`--${name}=true`) ||
  settings.some(({ option, value }) => option === name && value === true);

const stop = new AbortController();
const boards = new OpenBoards(systemTimer);
let configuration = noConfiguration;
process.stdout.on("error", endWhenUnwritable);
// Nobody may be reading the remarks any more; the run goes on.
process.stderr.on("error", () => {});
await run();

async function run(): Promise<void> {
  try {
    configuration = await readConfiguration(
      words,
      () => declaredCommands(contextWith(noConfiguration)),
      process.cwd(),
    );
    const context = contextWith(configuration);
    remarkOn(configuration, context.output);
    const stopping = { stop, boards, output: context.output, exit: (code: number) => process.exit(code) };
    const faulty = onFault(stopping, isSet("verbose", configuration));
    // Node makes the same of a rejected promise that nobody waits for.
    process.on("uncaughtException", faulty);
    const signalled = onSignal(stopping);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, signalled);
    await (await parser(context)).parseAsync();
  } catch (failure) {
    // A board that was left in a hurry fails whatever used it.
    if (boards.areLeft) return;
    const shown = shownFailure(failure, isSet("verbose", configuration));
    process.stderr.write(shown.text);
    process.exitCode = shown.exitCode;
  }
}

function contextWith(given: Configuration): Context {
  return {
    clock: systemClock,
    timer: systemTimer,
    prng: systemPrng(),
    output: new Output(process, systemClock, { json: isSet("json", given), quiet: isSet("quiet", given) }),
    stop: stop.signal,
    boards,
    commandLine: [...words, ...asFlags(given.settings)],
  };
}

/** What a file does unseen, it should at least not do unsaid. */
function remarkOn({ file, settings }: Configuration, output: Output): void {
  if (settings.length > 0) output.note(`${file} sets ${settings.map(({ option }) => option).join(", ")}`);
}

async function parser(context: Context): Promise<Argv> {
  const base: Argv = yargs(words)
    .scriptName("pcmlab")
    .usage(
      "$0 COMMAND\n\nProgram, watch and run neural networks on phase-change-memory chips, real or emulated.",
    )
    .version(toolVersion())
    .options(globalOptions)
    .config(asObject(configuration.settings))
    .parserConfiguration({ "duplicate-arguments-array": false })
    .demandCommand(1, "name a command")
    .strict()
    .recommendCommands()
    .completion("completion", "print a script that completes commands and options in bash and zsh")
    .wrap(Math.min(110, yargs().terminalWidth()))
    .fail((message, failure) => {
      // What yargs and the checks of options complain of is an YError; anything else comes from a command.
      if (failure !== undefined && failure.name !== "YError") throw failure;
      throw usageError(message ?? failure?.message ?? "");
    });
  for (const declare of await loadCommands(glance(words).command)) declare(base, context);
  return base;
}

/** What yargs found, on one line, with the command's own help as the next step. */
function usageError(message: string): LabError {
  const { command, subcommand } = glance(words);
  const known = commandNames.some((name) => name === command);
  const guess = /^Did you mean (\w+)\?$/.exec(message)?.[1];
  const text =
    guess === undefined
      ? message.trim().replace(/\s*\n\s*/g, " ")
      : `there is no command ${known ? `${command} ${subcommand}` : command}`;
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
