/** Words as yargs takes them apart: the config file beneath them, the command that they name, and what they get wrong. */

import yargs, { type Argv } from "yargs";
import { type Declare, declaredCommands, loadCommands } from "./commands/commands.ts";
import { globalOptions } from "./commands/global-options.ts";
import { commandNames } from "./commands/summaries.ts";
import { asObject, type Configuration } from "./config/configuration.ts";
import { type DeclaredOption, declaredBy, optionsWithin } from "./config/declared.ts";
import { glance } from "./config/given.ts";
import { configurationOf } from "./config/read-config.ts";
import type { Context } from "./context.ts";
import { type Example, exampleText } from "./help-examples.ts";
import { withJoinedValues } from "./option-values.ts";
import { toolVersion } from "./package-files.ts";
import { completionText } from "./top-help.ts";
import { type Named, usageError } from "./usage-error.ts";

/** @throws LabError USAGE when the file cannot be read, or says what cannot be. */
export const readConfiguration = (
  words: readonly string[],
  context: Context,
  folder: string,
): Promise<Configuration> => configurationOf(words, () => declaredCommands(context), folder);

/** Runs the command. Returns what yargs itself prints: help, the version, completions. */
export async function parsed(
  words: readonly string[],
  configuration: Configuration,
  context: Context,
  columns: number,
): Promise<string> {
  const { command, subcommand } = glance(words);
  const declares = await loadCommands(command);
  const isKnown = commandNames.some((name) => name === command);
  const options = isKnown ? optionsWithin(declares.flatMap(declaredIn(context)), subcommand) : [];
  const base = parser(configuration, { command, subcommand, isKnown, options }, columns);
  onlyChoosing(base, lineWidth(columns));
  for (const declare of declares) declare(base, context);
  let printed = "";
  // Without it yargs would print by itself, and end the process.
  const keep = (_: unknown, __: unknown, output: string): void => {
    printed = output;
  };
  try {
    await base.parseAsync(withJoinedValues(words, options), {}, keep);
  } catch (failure) {
    if (!(failure instanceof Chosen)) throw failure;
    await failure.run();
  }
  return printed;
}

/** The command that the words name, with its arguments. */
class Chosen extends Error {
  readonly run: () => unknown;

  constructor(run: () => unknown) {
    super("a command was chosen");
    this.run = run;
  }
}

/** Has commands thrown to who parses: behind one that it runs itself yargs draws the help, which takes longer than the rest of the parsing. */
function onlyChoosing(base: Argv, columns: number): void {
  const { command } = base;
  const declare = (name: unknown, summary: unknown, builder: unknown, handler: unknown): unknown =>
    Reflect.apply(command, base, [
      ...[name, summary, isFunction(builder) ? readable(builder, base, columns) : builder],
      ...(isFunction(handler) ? [chosen(handler)] : []),
    ]);
  Object.assign(base, { command: declare });
}

/** Its help has its own options first, and examples that can be copied. */
const readable =
  (builder: (command: unknown) => unknown, base: Argv, columns: number) => (command: unknown) => {
    // Groups stand in the order in which they are named.
    for (const group of ["Positionals:", "Options:"]) base.group([], group);
    const examples: Example[] = [];
    const example = (words: string, purpose: string): Argv => {
      examples.push([words, purpose]);
      return base;
    };
    Object.assign(base, { example });
    const built = builder(command);
    if (examples.length > 0) base.epilogue(exampleText(examples, columns));
    return built;
  };

const isFunction = (value: unknown): value is (args: unknown) => unknown => typeof value === "function";

const chosen = (handler: (args: unknown) => unknown) => (args: unknown) => {
  throw new Chosen(() => handler(args));
};

const declaredIn =
  (context: Context) =>
  (declare: Declare): readonly DeclaredOption[] =>
    declaredBy((recorder) => declare(recorder.options(globalOptions), context));

/** Longer lines are hard to read. */
const widest = 110;

const lineWidth = (columns: number): number => Math.min(widest, columns);

export const parser = ({ settings }: Configuration, named: Named, columns: number): Argv =>
  yargs()
    .locale("en")
    .scriptName("pcmlab")
    .usage("$0 COMMAND")
    .version(toolVersion())
    .options(globalOptions)
    .group(["help", "version", ...Object.keys(globalOptions)], "Every command:")
    .config(asObject(settings))
    .parserConfiguration({ "duplicate-arguments-array": false })
    .demandCommand(1, "name a command")
    .strict()
    .recommendCommands()
    .completion("completion", completionText)
    .wrap(lineWidth(columns))
    .fail((message, failure) => {
      // What yargs and the checks of options complain of is an YError; anything else comes from a command.
      if (failure !== undefined && failure.name !== "YError") throw failure;
      throw usageError(message ?? failure?.message ?? "", named);
    });
