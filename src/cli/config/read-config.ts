/** Finds the config file, reads it, and says what it sets for the command of these words. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError, textOf } from "../../core/errors.ts";
import { type Commands, optionsWithin } from "./declared.ts";
import { configDocument } from "./document.ts";
import { fileSettings, type Setting } from "./file-settings.ts";
import { givenOptions, glance } from "./given.ts";
import { layered } from "./layers.ts";

/** Looked for in the current folder, and nowhere above it: a file that nobody sees moves no board. */
export const configName = "pcmlab.toml";

/** Hundreds of options would be a few kilobytes. */
const largestBytes = 1 << 20;

export interface Configuration {
  /** Undefined when there is no file. */
  readonly file: string | undefined;
  /** What takes effect, without what flags override. */
  readonly settings: readonly Setting[];
}

export const noConfiguration: Configuration = { file: undefined, settings: [] };

/** @throws LabError USAGE when the file cannot be read, or says what cannot be. */
export function readConfiguration(
  words: readonly string[],
  commandsNow: () => Commands,
  folder: string,
): Configuration {
  const { command, subcommand, config, wantsHelp } = glance(words);
  const file = wantsHelp || command === undefined ? undefined : fileOf(config, folder);
  if (file === undefined || command === undefined) return noConfiguration;
  const commands = commandsNow();
  const settings = settingsIn(file, commands);
  const options = optionsWithin(commands.get(command) ?? [], subcommand);
  const layers = layered(options, givenOptions(words, options), settings.get(command) ?? []);
  return { file, settings: layers.flatMap(({ origin }) => (origin.from === "file" ? [origin.setting] : [])) };
}

/** What the file that `--config` names, or that lies in the folder, sets for every command. @throws as `readConfiguration`. */
export function settingsOfFolder(
  config: string | undefined,
  commands: Commands,
  folder: string,
): { readonly file: string | undefined; readonly settings: ReadonlyMap<string, readonly Setting[]> } {
  const file = fileOf(config, folder);
  return { file, settings: file === undefined ? new Map() : settingsIn(file, commands) };
}

const settingsIn = (file: string, commands: Commands): ReadonlyMap<string, readonly Setting[]> =>
  fileSettings(configDocument(textIn(file), file), commands, file);

/** The settings as the flags that would have done the same, for records. */
export const asFlags = (settings: readonly Setting[]): string[] =>
  settings.map(({ option, value }) => `--${option}=${[value].flat().join(",")}`);

/** The settings as yargs takes them: flags count before them, and they before defaults. */
export const asObject = (settings: readonly Setting[]): object =>
  Object.fromEntries(settings.map(({ option, value }) => [option, value]));

function fileOf(config: string | false | undefined, folder: string): string | undefined {
  if (config === false) return undefined;
  if (config === "")
    throw new LabError("USAGE", "--config names no file", { next: "give it one, or --no-config" });
  if (config !== undefined) return resolve(folder, config);
  const usual = join(folder, configName);
  return existsSync(usual) ? usual : undefined;
}

function textIn(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > largestBytes) throw new RangeError(`${size} bytes are no config file`);
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    throw new LabError("USAGE", `the config file ${file} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "name another with --config, or give --no-config",
    });
  }
}
