/** docs/reference/configuration.md: the rules of config files, and every key that one may have, from what the commands declare. */

import { globalOptions } from "../../src/cli/commands/global-options.ts";
import { type Commands, type DeclaredOption, longNamesOf } from "../../src/cli/config/declared.ts";
import { distinct, sharedOptions } from "../../src/cli/config/shared.ts";
import { code, table } from "./command-document.ts";

export const configurationDocument = (introduction: string, commands: Commands): string =>
  [
    introduction.trimEnd(),
    "## Keys of the top level",
    "For every command that has the option; what it does is in [commands.md](commands.md). And for all commands `json`, `quiet` and `verbose`, each `true` or `false`.",
    keyTable(sharedOptions(commands).filter(isOfSome), commands),
    "## Tables",
    "The keys of each command, those of the top level included, since a table counts before it.",
    table(
      ["table", "keys"],
      [...commands]
        .map(([name, options]) => [code(`[${name}]`), namesOf(distinct(options)).join(", ")])
        .filter(([, keys]) => keys !== ""),
    ),
  ]
    .join("\n\n")
    .concat("\n");

const isOfSome = ({ name }: DeclaredOption): boolean => !(name in globalOptions);

const namesOf = (options: readonly DeclaredOption[]): string[] =>
  options
    .filter((option) => option.hidden !== true && isOfSome(option))
    .flatMap((option) => longNamesOf(option).map(code));

const keyTable = (options: readonly DeclaredOption[], commands: Commands): string =>
  table(
    ["key", "value", "commands"],
    options.map((option) => [code(option.name), kindOf(option), ownersOf(option, commands).join(", ")]),
  );

const ownersOf = ({ name }: DeclaredOption, commands: Commands): string[] =>
  [...commands]
    .filter(([, options]) => options.some((option) => option.name === name))
    .map(([owner]) => owner);

function kindOf({ type, takes, choices, array }: DeclaredOption): string {
  if (type === "boolean") return "`true` or `false`";
  if (choices !== undefined) return choices.map((choice) => code(JSON.stringify(choice))).join(", ");
  const one = takes ?? "text";
  return array === true ? `${one}, or a list of them` : one;
}
