/** docs/reference/commands.md: what every command takes, from what it declares, and what exit codes mean, from the catalogue of errors. */

import { errorCatalogue, errorCodes } from "../../src/core/errors.ts";
import type { DescribedCommand, DescribedOption } from "./described-commands.ts";

const introduction = `# Commands

Written by \`npm run docs\` from what the commands declare; a test compares the two. \`pcmlab COMMAND --help\` prints the same.

- An option is given as \`--name value\` or \`--name=value\`; a switch as \`--name\`, and taken back as \`--no-name\`. Short names have one dash.
- Quantities have their units: \`25s\`, \`1h\`, \`30d\`; \`0.3V\`; \`25uS\`; \`330K\`.
- Every command has \`--help\` with an example, and \`--json\` for one JSON document on stdout when it succeeds. Progress, remarks and errors go to stderr.
- An error is one line that says what happened, with a code, and one that says what to do; \`--verbose\` adds the stack. Its exit code is in the [table](#exit-codes).
- Colours are for terminals; \`NO_COLOR\` and \`FORCE_COLOR\` decide otherwise.
- Every option but \`--config\` may stand in a config file instead: [configuration.md](configuration.md).
- \`pcmlab completion\` prints a script that completes commands and options in bash and zsh.`;

/** Of outcomes that are no error of the catalogue. */
const plainExitCodes: readonly (readonly [number, string])[] = [
  [0, "done"],
  [1, "`conformance`: a rule is broken"],
  [10, "`conformance`: no rule is known to be broken, but some that apply were not checked"],
  [11, "`validate`: a limit is not kept"],
  [70, "a fault in pcmlab: run it again with `--verbose` and report it"],
];

export const commandDocument = (
  commands: readonly DescribedCommand[],
  globalOptions: readonly DescribedOption[],
): string =>
  [
    introduction,
    ...["## Every command", optionTable(globalOptions)],
    ...["## Exit codes", exitCodeTable()],
    ...commands.flatMap((command) => commandParts(command, "##")),
  ]
    .join("\n\n")
    .concat("\n");

function commandParts(command: DescribedCommand, marks: string): string[] {
  const { usage, about, positionals, options, epilogues, subcommands } = command;
  // Where the help of a command leads to that of its subcommands, this page has them below.
  const examples = command.examples.filter((example) => !example.command.endsWith(" --help"));
  const [name] = usage.split(/ [<[]/);
  const shown = options.filter((option) => option.hidden !== true);
  // As in the help: its own options, then those of a group, in the order of the groups.
  const groups = [...new Set([undefined, ...shown.map(({ group }) => group)])];
  const grouped = groups.flatMap((group) => shown.filter((option) => option.group === group));
  // What stands in front has its options from the table too, where it may be given without its place.
  const rows = [...positionals.map(placed), ...grouped];
  return [
    `${marks} ${name}`,
    capitalised(about),
    ...(positionals.length > 0 ? [fenced([`pcmlab ${usage}`])] : []),
    ...(rows.length > 0 ? [optionTable(rows)] : []),
    ...(examples.length > 0 ? [fenced(examples.flatMap((one) => [`# ${one.about}`, one.command]))] : []),
    ...epilogues,
    ...subcommands.flatMap((one) => commandParts(one, `${marks}#`)),
  ];
}

const placed = (option: DescribedOption): DescribedOption => ({ ...option, name: `<${option.name}>` });

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const fenced = (lines: readonly string[]): string => ["```console", ...lines, "```"].join("\n");

const optionTable = (options: readonly DescribedOption[]): string =>
  table(
    ["option", "default", "meaning"],
    options.map((option) => [namesOf(option), standardOf(option), meaningOf(option)]),
  );

const namesOf = ({ name, alias }: DescribedOption): string =>
  [name, ...[alias ?? []].flat()].map((one) => code(dashed(one))).join(", ");

const dashed = (name: string): string =>
  name.startsWith("<") ? name : name.length === 1 ? `-${name}` : `--${name}`;

function standardOf({ type, demandOption, default: standard, defaultDescription }: DescribedOption): string {
  if (demandOption === true) return "needed";
  if (defaultDescription !== undefined) return code(defaultDescription);
  if (type === "boolean" || standard === undefined || String(standard) === "") return "";
  return code(String(standard));
}

function meaningOf({ describe, choices }: DescribedOption): string {
  const among = choices === undefined ? "" : ` (${choices.map((choice) => code(String(choice))).join(", ")})`;
  return `${describe ?? ""}${among}`;
}

function exitCodeTable(): string {
  const rows = errorCodes.map((one): readonly [number, string] => {
    const { exitCode, meaning } = errorCatalogue[one];
    return [exitCode, `\`${one}\`: ${meaning}`];
  });
  return table(
    ["exit code", "meaning"],
    [...plainExitCodes, ...rows]
      .toSorted(([a], [b]) => a - b)
      .map(([number, meaning]) => [String(number), meaning]),
  );
}

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map(row).join("\n");

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

export const code = (text: string): string => `\`${text}\``;
