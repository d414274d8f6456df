/** Which config file counts. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "../../core/errors.ts";

/** Looked for in the current folder, and nowhere above it: a file that nobody sees moves no board. */
export const configName = "pcmlab.toml";

/**
 * The file that `--config` names, or that lies in the folder; undefined for none, and after --no-config.
 * @throws LabError USAGE for an empty name.
 */
export function fileOf(config: string | false | undefined, folder: string): string | undefined {
  if (config === false) return undefined;
  if (config === "")
    throw new LabError("USAGE", "--config names no file", { next: "give it one, or --no-config" });
  if (config !== undefined) return resolve(folder, config);
  const usual = join(folder, configName);
  return existsSync(usual) ? usual : undefined;
}
