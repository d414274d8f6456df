/** What a config file sets for every command. */

import { readFileSync, statSync } from "node:fs";
import { LabError, textOf } from "../../core/errors.ts";
import type { Commands } from "./declared.ts";
import { configDocument } from "./document.ts";
import { fileSettings, type Setting } from "./file-settings.ts";
import { fileOf } from "./find-config.ts";

/** Hundreds of options would be a few kilobytes. */
const largestBytes = 1 << 20;

/** Of the file that `--config` names, or that lies in the folder. @throws LabError USAGE as `settingsOf`. */
export function settingsOfFolder(
  config: string | undefined,
  commands: Commands,
  folder: string,
): { readonly file: string | undefined; readonly settings: ReadonlyMap<string, readonly Setting[]> } {
  const file = fileOf(config, folder);
  return { file, settings: file === undefined ? new Map() : settingsOf(file, commands) };
}

/** @throws LabError USAGE when the file cannot be read, or says what cannot be. */
export const settingsOf = (file: string, commands: Commands): ReadonlyMap<string, readonly Setting[]> =>
  fileSettings(configDocument(textIn(file), file), commands, file);

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
