/** What the running text of a page says of the command line: `pcmlab read --at 25s`, `campaign start`, `--at TIME`, mostly without all that a command needs. */

import type { DescribedCommand, DescribedOption } from "./described-commands.ts";
import { pcmlabWords } from "./shell-words.ts";

export interface CommandLine {
  readonly commands: readonly DescribedCommand[];
  readonly globalOptions: readonly DescribedOption[];
}

/** Code within the text, without blocks: commands with or without `pcmlab`, and options by themselves. */
export function mentionsIn(prose: string, { commands }: CommandLine): string[] {
  const names = new Set<string | undefined>(commands.map(nameOf));
  return [...prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g)]
    .map(([, text = ""]) => text.replace(/\s+/g, " "))
    .filter((text) => /^((sudo )?(npx )?pcmlab |--[a-z])/.test(text) || names.has(firstOf(text)));
}

const firstOf = (text: string): string | undefined => (/ /.test(text) ? text.split(" ")[0] : undefined);

/** What there is not, or what an option does not take; words in capitals stand for anything. */
export function problemsOf(mention: string, line: CommandLine): string[] {
  const [words = []] = pcmlabWords(/^((sudo )?(npx )?pcmlab )/.test(mention) ? mention : `pcmlab ${mention}`);
  const [first = ""] = words;
  if (first === "completion" || isAny(first)) return [];
  if (first.startsWith("-")) return inSomeCommand(words, line);
  const command = line.commands.find((one) => nameOf(one) === first);
  if (command === undefined) return [`there is no command ${first}`];
  return problemsWithin(command, words.slice(1), line);
}

/** The command whose page this is stands in the text; one that takes all of them will do. */
function inSomeCommand(words: readonly string[], line: CommandLine): string[] {
  const all = leavesOf(line.commands).map((command) => problemsAfter(command, words, line, true));
  return all.some((problems) => problems.length === 0) ? [] : [`no command takes ${words.join(" ")}`];
}

const leavesOf = (commands: readonly DescribedCommand[]): readonly DescribedCommand[] =>
  commands.flatMap((one) => (one.subcommands.length > 0 ? leavesOf(one.subcommands) : [one]));

function problemsWithin(command: DescribedCommand, words: readonly string[], line: CommandLine): string[] {
  if (command.subcommands.length === 0) return problemsAfter(command, words, line, false);
  const [first, ...rest] = words;
  if (first === undefined || first.startsWith("-") || isAny(first)) return [];
  const subcommand = command.subcommands.find((one) => nameOf(one) === first);
  return subcommand === undefined
    ? [`${nameOf(command)} has no ${first}`]
    : problemsWithin(subcommand, rest, line);
}

function problemsAfter(
  { usage, options, positionals }: DescribedCommand,
  words: readonly string[],
  { globalOptions }: CommandLine,
  isOptionAlone: boolean,
): string[] {
  const problems: string[] = [];
  let places = 0;
  for (let n = 0; n < words.length; n++) {
    const word = words[n] ?? "";
    const [, dashed, joined] = /^(--?[A-Za-z][\w-]*)(?:=(.*))?$/.exec(word) ?? [];
    if (dashed === undefined) {
      places++;
      continue;
    }
    const option = [...globalOptions, ...always, ...options, ...positionals].find((one) => isOf(one, dashed));
    if (option === undefined) return [`${usage} has no ${dashed}`];
    if (option.type !== "boolean") problems.push(...problemOf(option, joined ?? words[++n]));
  }
  const most = isOptionAlone ? 0 : positionals.length;
  return places > most ? [...problems, `${usage} takes ${most} words, and not ${places}`] : problems;
}

/** What yargs brings along. */
const always: readonly DescribedOption[] = [
  { name: "help", type: "boolean" },
  { name: "version", type: "boolean" },
];

const isOf = ({ name, alias, type }: DescribedOption, dashed: string): boolean =>
  [name, ...[alias ?? []].flat()].some(
    (one) =>
      dashed === (one.length === 1 ? `-${one}` : `--${one}`) ||
      ((type === "boolean" || one === "config") && dashed === `--no-${one}`),
  );

function problemOf({ name, choices, coerce, array }: DescribedOption, value: string | undefined): string[] {
  if (value === undefined || isAny(value)) return [];
  if (choices !== undefined)
    return choices.includes(value) ? [] : [`--${name} is one of ${choices.join(", ")}`];
  try {
    coerce?.(array === true ? [value] : value);
    return [];
  } catch (failure) {
    return [`--${name} ${value}: ${failure instanceof Error ? failure.message : failure}`];
  }
}

/** FILE, N, NAME|FILE and ... stand for words. */
const isAny = (word: string): boolean => /^[A-Z][A-Z\d]*\b/.test(word) || word.includes("...");

const nameOf = ({ usage }: DescribedCommand): string => usage.split(/ [<[]/)[0]?.split(" ").at(-1) ?? "";
