/** Finds the config file, and says what it sets for the command of these words. What reads such files is loaded when there is one. */

import { type Commands, optionsWithin } from "./declared.ts";
import type { Setting } from "./file-settings.ts";
import { fileOf } from "./find-config.ts";
import { givenOptions, glance } from "./given.ts";

export interface Configuration {
  /** Undefined when there is no file. */
  readonly file: string | undefined;
  /** What takes effect, without what flags override. */
  readonly settings: readonly Setting[];
}

export const noConfiguration: Configuration = { file: undefined, settings: [] };

/** @throws LabError USAGE when the file cannot be read, or says what cannot be. */
export async function readConfiguration(
  words: readonly string[],
  commandsNow: () => Promise<Commands>,
  folder: string,
): Promise<Configuration> {
  const { command, subcommand, config, wantsHelp } = glance(words);
  const file = wantsHelp || command === undefined ? undefined : fileOf(config, folder);
  if (file === undefined || command === undefined) return noConfiguration;
  const { settingsOf } = await import("./folder-settings.ts");
  const { layered } = await import("./layers.ts");
  const commands = await commandsNow();
  const settings = settingsOf(file, commands);
  const options = optionsWithin(commands.get(command) ?? [], subcommand);
  const layers = layered(options, givenOptions(words, options), settings.get(command) ?? []);
  return { file, settings: layers.flatMap(({ origin }) => (origin.from === "file" ? [origin.setting] : [])) };
}

/** The settings as the flags that would have done the same, for records. */
export const asFlags = (settings: readonly Setting[]): string[] =>
  settings.map(({ option, value }) => `--${option}=${[value].flat().join(",")}`);

/** The settings as yargs takes them: flags count before them, and they before defaults. */
export const asObject = (settings: readonly Setting[]): object =>
  Object.fromEntries(settings.map(({ option, value }) => [option, value]));
