/** What is shipped beside the code: files of the package, and its version. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json, above `src/cli` or `dist/bundle`. */
export const packageFolder = packageRoot(dirname(fileURLToPath(import.meta.url)));

export function toolVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const version =
    typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "";
  return String(version);
}

/** A file that is shipped with the package. */
export const packageFile = (...path: string[]): string => join(packageFolder, ...path);

function packageRoot(folder: string): string {
  try {
    readFileSync(join(folder, "package.json"));
    return folder;
  } catch (cause) {
    const parent = dirname(folder);
    if (parent === folder) throw new TypeError("pcmlab lies outside its package", { cause });
    return packageRoot(parent);
  }
}
