/** Which options every command has: each declares them to yargs, and here to a recorder in its place, so that no list of them is kept by hand. */

import yargs, { type Argv, type Options } from "yargs";

/** What a value is, where `type` of yargs does not say it. */
export type Takes = "path" | "path or name" | "whole number";

export interface DeclaredOption extends Options {
  readonly name: string;
  readonly takes?: Takes;
  /** Its place among the words after the command, when it may stand there without its name. */
  readonly position?: number;
  /** The command does something else with it than without it, so that a setting for all commands is none for this one. */
  readonly inOwnTable?: true;
  /** The subcommand that alone has it; missing for an option of the whole command. */
  readonly within?: string;
}

/** The options of every command, by the command's name. */
export type Commands = ReadonlyMap<string, readonly DeclaredOption[]>;

/** The options that `declare` gives to yargs, those of subcommands included. */
export function declaredBy(declare: (yargs: Argv) => unknown): readonly DeclaredOption[] {
  const found: DeclaredOption[] = [];
  declare(recorder((method, given) => note(found, { commands: [], positions: [] }, method, given)));
  return found;
}

/** Those that a subcommand takes, or a command that has none. */
export const optionsWithin = (
  options: readonly DeclaredOption[],
  subcommand: string | undefined,
): readonly DeclaredOption[] => options.filter(({ within }) => within === undefined || within === subcommand);

export const namesOf = ({ name, alias }: DeclaredOption): readonly string[] => [
  name,
  ...[alias ?? []].flat(),
];

export const longNamesOf = (option: DeclaredOption): readonly string[] =>
  namesOf(option).filter((name) => name.length > 1);

/** Every method of it notes its arguments and gives the recorder again, as those of yargs give yargs again. */
function recorder(noted: (method: string, given: readonly unknown[]) => void): Argv {
  const self: Argv = new Proxy(yargs(), {
    get:
      (_, method) =>
      (...given: unknown[]) => {
        noted(String(method), given);
        return self;
      },
  });
  return self;
}

interface Place {
  /** The command, and the subcommand. */
  readonly commands: readonly string[];
  readonly positions: readonly string[];
}

function note(
  found: DeclaredOption[],
  { commands, positions }: Place,
  method: string,
  [first, second, third]: readonly unknown[],
): void {
  const [, subcommand] = commands;
  const within = subcommand === undefined ? {} : { within: subcommand };
  if (method === "options" && isTable(first))
    for (const [name, option] of Object.entries(first)) found.push({ ...option, name, ...within });
  if (method === "positional" && typeof first === "string" && isOption(second)) {
    const position = positions.indexOf(`[${first}]`);
    // What stands in <> must be a word of the command line; yargs does not take it from anywhere else.
    if (position >= 0) found.push({ ...second, name: first, position, ...within });
  }
  if (method === "command" && typeof first === "string" && typeof third === "function") {
    const [name = "", ...words] = first.split(" ");
    const place = { commands: [...commands, name], positions: words };
    third(recorder((inner, given) => note(found, place, inner, given)));
  }
}

/** The compiler has checked the members where a command declares them. */
const isOption = (given: unknown): given is Options => typeof given === "object" && given !== null;
const isTable = (given: unknown): given is Readonly<Record<string, Options>> => isOption(given);
