/** Finds the config file, and says what it sets for the command of these words. What reads such files is loaded when there is one. */

import { type Configuration, noConfiguration } from "./configuration.ts";
import { type Commands, optionsWithin } from "./declared.ts";
import { fileOf } from "./find-config.ts";
import { givenOptions, glance } from "./given.ts";

/** @throws LabError USAGE when the file cannot be read, or says what cannot be. */
export async function configurationOf(
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
