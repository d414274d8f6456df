/** Writes a config file to start from, says what a command takes from where, and prints the schema of config files. */

import { writeFile } from "node:fs/promises";
import { LabError, textOf } from "../../core/errors.ts";
import { type Commands, optionsWithin } from "../config/declared.ts";
import { configName } from "../config/find-config.ts";
import { settingsOfFolder } from "../config/folder-settings.ts";
import { type LayeredOption, layered } from "../config/layers.ts";
import { nearest } from "../config/nearest.ts";
import { configSchema } from "../config/schema.ts";
import { configTemplate, fullTemplate } from "../config/template.ts";
import type { Context } from "../context.ts";

export interface InitArguments {
  readonly file: string;
  /** Every option, and not only the usual ones. */
  readonly all: boolean;
}

/** @throws LabError USAGE when the file exists or cannot be written. */
export async function initConfig(
  { file, all }: InitArguments,
  commands: Commands,
  context: Context,
): Promise<void> {
  try {
    const text = all ? fullTemplate(commands) : configTemplate(commands);
    await writeFile(file, text, { flag: "wx" });
  } catch (cause) {
    const exists = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new LabError("USAGE", exists ? `${file} exists already` : `${file}: ${textOf(cause)}`, {
      cause,
      next: exists ? "edit it, move it away, or name another with --file" : "choose another --file",
    });
  }
  const hint = "every line is commented out; remove the # in front of what you need";
  context.output.result({ file }, `${file}: ${hint}`);
}

export interface ShowArguments {
  readonly command?: string | undefined;
  readonly subcommand?: string | undefined;
  readonly config?: string | undefined;
}

/** @throws LabError USAGE for a command that there is not, or a file that says what cannot be. */
export function showConfig(args: ShowArguments, commands: Commands, folder: string, context: Context): void {
  const { file, settings } = settingsOfFolder(args.config, commands, folder);
  const wanted = args.command === undefined ? [...commands.keys()] : [knownCommand(args.command, commands)];
  const values = wanted.flatMap((command) =>
    layered(
      optionsWithin(commands.get(command) ?? [], args.subcommand),
      new Set(),
      settings.get(command) ?? [],
    )
      // All commands at once would be hundreds of defaults.
      .filter(({ origin }) => args.command !== undefined || origin.from === "file")
      .map((layer) => ({ command, option: layer.option.name, ...shownValue(layer) })),
  );
  const source = file ?? `no ${configName} in ${folder}`;
  const lines = values.map(({ command, option, value, from }) => [
    ...(args.command === undefined ? [`[${command}]`] : []),
    option,
    value === null ? "-" : String(value),
    from,
  ]);
  context.output.result({ file: file ?? null, values }, [source, ...aligned(lines)].join("\n"));
}

export function printSchema(commands: Commands, context: Context): void {
  const schema = configSchema(commands);
  context.output.result(schema, JSON.stringify(schema, null, 2));
}

function shownValue({ option, origin }: LayeredOption): { value: unknown; from: string } {
  switch (origin.from) {
    case "file":
      return { value: origin.setting.value, from: tableText(origin.setting.table) };
    case "default":
      return { value: option.default ?? null, from: option.default === undefined ? "not set" : "default" };
    case "flag":
      return { value: null, from: "flag" };
    default:
      return origin satisfies never;
  }
}

const tableText = (table: string | null): string => (table === null ? "file" : `file, [${table}]`);

function knownCommand(name: string, commands: Commands): string {
  if (commands.has(name)) return name;
  const near = nearest(name, commands.keys());
  throw new LabError("USAGE", `there is no command ${name}`, {
    next: near === undefined ? "`pcmlab --help` lists them" : `did you mean ${near}?`,
  });
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
