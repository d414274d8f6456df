/** Files beside the project that are not part of it; tests that need them skip loudly. */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../shared/data/", import.meta.url));

/** The path of a file of ../shared/data, or undefined after saying on stderr what is skipped and why. */
export function realData(name: string): string | undefined {
  const path = `${folder}${name}`;
  if (existsSync(path)) return path;
  process.stderr.write(`SKIPPED: ${path} is not here; put the files of ../shared/data beside the project\n`);
  return undefined;
}
