/** One command line, from its words to its exit code. Of the process it knows what it is given, so that many can run in one. */

import yargs, { type Argv } from "yargs";
import type { Clock, Timer } from "../core/clock.ts";
import { errorCatalogue } from "../core/errors.ts";
import type { Prng } from "../core/prng.ts";
import { paintFor, wantsColour } from "./colour.ts";
import { commandNames, type Declare, declaredCommands, loadCommands } from "./commands/commands.ts";
import { globalOptions } from "./commands/global-options.ts";
import { type DeclaredOption, declaredBy, optionsWithin } from "./config/declared.ts";
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
import type { OpenBoards } from "./open-boards.ts";
import { withJoinedValues } from "./option-values.ts";
import { Output, type Streams } from "./output.ts";
import { toolVersion } from "./package-files.ts";
import { type Named, usageError } from "./usage-error.ts";

export interface Surroundings {
  /** Where a config file is looked for. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly prng: Prng;
  readonly stop: AbortSignal;
  readonly boards: OpenBoards;
  /** Called once it is known how to speak to the user, before the command begins. */
  readonly began?: (output: Output, verbose: boolean) => void;
}

/** Runs it and prints what it says, failures included. Returns the exit code. */
export async function runCommandLine(words: readonly string[], around: Surroundings): Promise<number> {
  const { streams, environment, boards } = around;
  let isVerbose = isSet("verbose", words, noConfiguration);
  try {
    const unset = contextWith(words, noConfiguration, around);
    const configuration = await readConfiguration(words, () => declaredCommands(unset), around.folder);
    isVerbose = isSet("verbose", words, configuration);
    const context = contextWith(words, configuration, around);
    remarkOn(configuration, context.output);
    around.began?.(context.output, isVerbose);
    const printed = await parsed(words, configuration, context);
    if (printed !== "") streams.stdout.write(`${printed}\n`);
    return context.output.exitCode;
  } catch (failure) {
    // A board that was left in a hurry fails whatever used it.
    if (boards.areLeft) return errorCatalogue.INTERRUPTED.exitCode;
    const paint = paintFor(wantsColour(streams.stderr, environment));
    const shown = shownFailure(failure, { isVerbose, paint });
    streams.stderr.write(shown.text);
    return shown.exitCode;
  }
}

/** Known before the parser runs, since its own failures are printed too. */
const isSet = (
  name: "json" | "quiet" | "verbose",
  words: readonly string[],
  { settings }: Configuration,
): boolean =>
  words.includes(`--${name}`) ||
  words.includes(`--${name}=true`) ||
  settings.some(({ option, value }) => option === name && value === true);

function contextWith(words: readonly string[], given: Configuration, around: Surroundings): Context {
  const { streams, clock, timer, prng, stop, boards, environment } = around;
  const options = {
    json: isSet("json", words, given),
    quiet: isSet("quiet", words, given),
    paint: paintFor(wantsColour(streams.stderr, environment)),
  };
  const output = new Output(streams, clock, options);
  return { clock, timer, prng, output, stop, boards, commandLine: [...words, ...asFlags(given.settings)] };
}

/** What a file does unseen, it should at least not do unsaid. */
function remarkOn({ file, settings }: Configuration, output: Output): void {
  if (settings.length > 0) output.note(`${file} sets ${settings.map(({ option }) => option).join(", ")}`);
}

/** Lets yargs run the command. Returns what yargs itself prints: help, the version, completions. */
async function parsed(
  words: readonly string[],
  configuration: Configuration,
  context: Context,
): Promise<string> {
  const { command, subcommand } = glance(words);
  const declares = await loadCommands(command);
  const isKnown = commandNames.some((name) => name === command);
  const options = isKnown ? optionsWithin(declares.flatMap(declaredIn(context)), subcommand) : [];
  const base = parser(configuration, { command, subcommand, isKnown, options });
  for (const declare of declares) declare(base, context);
  let printed = "";
  // Without it yargs would print by itself, and end the process.
  const keep = (_: unknown, __: unknown, output: string): void => {
    printed = output;
  };
  await base.parseAsync(withJoinedValues(words, options), {}, keep);
  return printed;
}

const declaredIn =
  (context: Context) =>
  (declare: Declare): readonly DeclaredOption[] =>
    declaredBy((recorder) => declare(recorder.options(globalOptions), context));

const parser = ({ settings }: Configuration, named: Named): Argv =>
  yargs()
    .locale("en")
    .scriptName("pcmlab")
    .usage(
      "$0 COMMAND\n\nProgram, watch and run neural networks on phase-change-memory chips, real or emulated.",
    )
    .version(toolVersion())
    .options(globalOptions)
    .config(asObject(settings))
    .parserConfiguration({ "duplicate-arguments-array": false })
    .demandCommand(1, "name a command")
    .strict()
    .recommendCommands()
    .completion("completion", "print a script that completes commands and options in bash and zsh")
    .wrap(Math.min(110, yargs().terminalWidth()))
    .fail((message, failure) => {
      // What yargs and the checks of options complain of is an YError; anything else comes from a command.
      if (failure !== undefined && failure.name !== "YError") throw failure;
      throw usageError(message ?? failure?.message ?? "", named);
    });
