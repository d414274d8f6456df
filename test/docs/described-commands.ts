/** What the commands declare to yargs, as a tree: words, options, examples. Each declares them here to a recorder in the place of yargs. */

import yargs, { type Argv, type Options } from "yargs";

export interface DescribedOption extends Options {
  readonly name: string;
}

export interface Example {
  readonly command: string;
  readonly about: string;
}

export interface DescribedCommand {
  /** With its positional arguments: "store check <file>". */
  readonly usage: string;
  readonly about: string;
  readonly positionals: readonly DescribedOption[];
  readonly options: readonly DescribedOption[];
  readonly examples: readonly Example[];
  readonly epilogues: readonly string[];
  readonly subcommands: readonly DescribedCommand[];
}

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** The one command that `declare` gives to yargs. @throws Error when it gives none. */
export function describedBy(declare: (yargs: Argv) => unknown): DescribedCommand {
  const root = emptyCommand("", "");
  declare(recorder(root, ""));
  const [command] = root.subcommands;
  if (command === undefined) throw new Error("no command is declared");
  return command;
}

const emptyCommand = (usage: string, about: string): Growing<DescribedCommand> => ({
  usage,
  about,
  positionals: [],
  options: [],
  examples: [],
  epilogues: [],
  subcommands: [],
});

function recorder(into: Growing<DescribedCommand>, path: string): Argv {
  const self: Argv = new Proxy(yargs(), {
    get:
      (_, method) =>
      (...given: unknown[]) => {
        note(into, path, String(method), given);
        return self;
      },
  });
  return self;
}

function note(
  into: Growing<DescribedCommand>,
  path: string,
  method: string,
  [first, second, third]: readonly unknown[],
): void {
  if (method === "options" && isTable(first))
    for (const [name, option] of Object.entries(first)) into.options.push({ ...option, name });
  if (typeof first !== "string") return;
  if (method === "positional" && isOption(second)) into.positionals.push({ ...second, name: first });
  if (method === "example" && typeof second === "string")
    into.examples.push({ command: first.replace("$0", "pcmlab"), about: second });
  if (method === "epilogue") into.epilogues.push(first);
  if (method === "command" && typeof second === "string") {
    const command = emptyCommand(`${path}${first}`, second);
    into.subcommands.push(command);
    if (typeof third === "function") third(recorder(command, `${path}${first.split(" ")[0]} `));
  }
}

/** The compiler has checked the members where a command declares them. */
const isOption = (given: unknown): given is Options => typeof given === "object" && given !== null;
const isTable = (given: unknown): given is Readonly<Record<string, Options>> => isOption(given);
