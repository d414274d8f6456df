/** `pcmlab --help`: all commands by what they are for, what every command takes, and what they end with. Made without the parser, which takes most of a start. */

import { globalOptions } from "./commands/global-options.ts";
import { commandGroups, commandNames, summaries } from "./commands/summaries.ts";
import { exitMeanings } from "./exit-codes.ts";

/** Whether the words ask for it: they name no command. */
export const wantsTopHelp = (words: readonly string[]): boolean =>
  (words.includes("--help") || words.join() === "help") && !namesCommand(words);

/** Likewise for the version. */
export const wantsVersion = (words: readonly string[]): boolean =>
  words.includes("--version") && !namesCommand(words);

const namesCommand = (words: readonly string[]): boolean =>
  words.some((word) => commandNames.some((name) => name === word) || word === "completion");

type Row = readonly [name: string, text: string];

/** @param columns of the terminal. */
export function topHelp(columns: number): string {
  const sections: readonly (readonly [title: string, rows: readonly Row[]])[] = [
    ...commandGroups.map(
      ([title, names]) => [title, names.map((name): Row => [name, summaries[name]])] as const,
    ),
    ["Completion", [["completion", completionText]]],
    ["Options of every command", optionRows],
    ["Exit codes", exitMeanings().map(({ exitCode, meaning }): Row => [String(exitCode), meaning])],
    ["Examples", examples],
  ];
  const width = Math.max(...sections.flatMap(([, rows]) => rows.map(([name]) => name.length)));
  return [
    "pcmlab COMMAND",
    "Program, watch and run neural networks on phase-change-memory chips, real or emulated.",
    ...sections.map(([title, rows]) =>
      [`${title}:`, ...rows.map((row) => line(row, width, columns))].join("\n"),
    ),
  ].join("\n\n");
}

export const completionText =
  "print a script that completes commands and options: in bash `pcmlab completion >> ~/.bashrc`, in zsh `pcmlab completion >> ~/.zshrc`";

const optionRows: readonly Row[] = [
  ["--help", "the options of a command, with examples: pcmlab program --help"],
  ["--version", "of pcmlab"],
  ...Object.entries(globalOptions).map(([name, { describe }]): Row => [`--${name}`, describe]),
];

const examples: readonly Row[] = [
  ["pcmlab demo", "the whole chain, nothing plugged in"],
  ["pcmlab devices", "which boards there are"],
];

/** A name, and its text behind it, wrapped between words. */
function line([name, text]: Row, width: number, columns: number): string {
  const room = Math.max(20, columns - width - 4);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return `  ${name.padEnd(width)}  ${lines.join(`\n${" ".repeat(width + 4)}`)}`;
}
