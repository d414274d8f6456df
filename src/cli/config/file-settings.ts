/** What a config file says, checked against the options of all commands, so that a slip shows at the first command and not at the one that it is for. */

import { dirname } from "node:path";
import { LabError } from "../../core/errors.ts";
import { type Commands, type DeclaredOption, longNamesOf } from "./declared.ts";
import type { ConfigTable } from "./document.ts";
import { nearest } from "./nearest.ts";
import { fitted, type SettingValue } from "./setting-value.ts";

export interface Setting {
  /** The option's own name, also where the file has an alias. */
  readonly option: string;
  readonly value: SettingValue;
  readonly file: string;
  /** The command's table; null at the top level. */
  readonly table: string | null;
}

/**
 * The settings of every command; what stands in its own table counts before the top level.
 * @throws LabError USAGE for a table of no command, a key of no option, and a value that its option does not take.
 */
export function fileSettings(
  document: ConfigTable,
  commands: Commands,
  file: string,
): ReadonlyMap<string, readonly Setting[]> {
  const common: ConfigTable = {};
  const tables = new Map<string, ConfigTable>();
  for (const [key, value] of Object.entries(document))
    if (isTable(value)) tables.set(commandNamed(key, commands, file), value);
    else common[key] = value;
  for (const key of Object.keys(common)) assertCommon(key, commands, file);
  return new Map(
    [...commands].map(([command, options]) => {
      const top = settingsIn(common, options, { file, table: null, command });
      const own = settingsIn(tables.get(command) ?? {}, options, { file, table: command, command });
      const ofBoth = new Map([...top, ...own].map((setting) => [setting.option, setting]));
      return [command, [...ofBoth.values()]];
    }),
  );
}

interface Place {
  readonly file: string;
  readonly table: string | null;
  readonly command: string;
}

function settingsIn(table: ConfigTable, options: readonly DeclaredOption[], place: Place): Setting[] {
  const settings = new Map<string, Setting>();
  for (const [key, given] of Object.entries(table)) {
    const option = options.find((known) => longNamesOf(known).includes(key));
    if (place.table === null && (option === undefined || option.inOwnTable)) continue;
    if (option === undefined) throw unknownKey(key, options, place);
    const value = fitted(option, given, dirname(place.file));
    if (!value.fits) throw wrongValue(key, value.problem, place);
    if (settings.has(option.name)) throw wrongValue(key, `is the same option as ${option.name}`, place);
    const { file, table } = place;
    settings.set(option.name, { option: option.name, value: value.value, file, table });
  }
  return [...settings.values()];
}

function commandNamed(key: string, commands: Commands, file: string): string {
  if (commands.has(key)) return key;
  throw new LabError("USAGE", `${file}: [${key}]: there is no command ${key}`, {
    next: meant(nearest(key, commands.keys())) ?? "tables are named as commands; `pcmlab --help` lists them",
  });
}

/** At the top level a name must be known, and mean the same to all commands that have it. */
function assertCommon(key: string, commands: Commands, file: string): void {
  const owners = [...commands].flatMap(([command, options]) =>
    options.filter((option) => longNamesOf(option).includes(key)).map((option) => ({ command, option })),
  );
  if (owners.length === 0) {
    const known = new Set([...commands.values()].flatMap((options) => options.flatMap(longNamesOf)));
    throw new LabError("USAGE", `${file}: ${key}: no command has this option`, {
      next:
        meant(nearest(key, known)) ??
        "keys are the long names of options; `pcmlab COMMAND --help` lists them",
    });
  }
  const other = owners.find(({ option }) => option.takes !== owners[0]?.option.takes);
  if (other === undefined) return;
  throw new LabError(
    "USAGE",
    `${file}: ${key} is one thing to ${owners[0]?.command} and another to ${other.command}`,
    { next: `write it into the tables of the commands that it is for, like [${other.command}]` },
  );
}

const unknownKey = (key: string, options: readonly DeclaredOption[], { file, command }: Place): LabError =>
  new LabError("USAGE", `${file}: [${command}] ${key}: ${command} has no such option`, {
    next: meant(nearest(key, options.flatMap(longNamesOf))) ?? `see \`pcmlab ${command} --help\``,
  });

const wrongValue = (key: string, problem: string, { file, table, command }: Place): LabError =>
  new LabError("USAGE", `${file}: ${table === null ? "" : `[${table}] `}${key}: ${problem}`, {
    next:
      table === null
        ? `that is what ${command} says; mend it, or write it into the tables of other commands`
        : `mend it; see \`pcmlab ${command} --help\``,
  });

const meant = (word: string | undefined): string | undefined =>
  word === undefined ? undefined : `did you mean ${word}?`;

const isTable = (value: ConfigTable[string]): value is ConfigTable =>
  typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
