/** What the words of a command line give by themselves, before any file is looked at. */

import { Parser } from "yargs/helpers";
import { globalOptions } from "../commands/global-options.ts";
import { type DeclaredOption, declaredBy, namesOf } from "./declared.ts";

/** As in main.ts: the last of two equal flags counts. */
const configuration = { "duplicate-arguments-array": false } as const;

export interface Glance {
  readonly command: string | undefined;
  /** The word after it, where it has subcommands; any other word otherwise. */
  readonly subcommand: string | undefined;
  /** The file that --config names, false for --no-config. */
  readonly config: string | false | undefined;
  readonly wantsHelp: boolean;
}

/** Words as yargs sees them before it knows a command's options. */
export function glance(words: readonly string[]): Glance {
  const common = declaredBy((recorder) => recorder.options(globalOptions));
  const argv = Parser([...words], { ...hintsOf(common), boolean: [...flagsOf(common), "help", "version"] });
  const [command, subcommand] = argv._;
  const config: unknown = argv.config;
  return {
    command: command === undefined ? undefined : String(command),
    subcommand: subcommand === undefined ? undefined : String(subcommand),
    config: typeof config === "string" || config === false ? config : undefined,
    wantsHelp: argv.help === true || argv.version === true,
  };
}

/** The options that the words name, or give by their place, by their own names. */
export function givenOptions(
  words: readonly string[],
  options: readonly DeclaredOption[],
): ReadonlySet<string> {
  const argv = Parser([...words], hintsOf(options));
  const positionals = argv._.length - 1;
  const given = options.filter(
    ({ name, position }) => Object.hasOwn(argv, name) || (position !== undefined && position < positionals),
  );
  return new Set(given.map(({ name }) => name));
}

const hintsOf = (options: readonly DeclaredOption[]) => ({
  alias: Object.fromEntries(options.map((option) => [option.name, namesOf(option).slice(1)])),
  boolean: flagsOf(options),
  string: options.filter(({ type }) => type === "string").map(({ name }) => name),
  array: options.filter(({ array }) => array === true).map(({ name }) => name),
  narg: Object.fromEntries(
    options.flatMap(({ name, nargs }) => (nargs === undefined ? [] : [[name, nargs]])),
  ),
  configuration,
});

const flagsOf = (options: readonly DeclaredOption[]): string[] =>
  options.filter(({ type }) => type === "boolean").map(({ name }) => name);
