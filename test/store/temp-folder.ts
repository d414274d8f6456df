/** A folder for the files of one test, removed after it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** The path of a file that is not there yet, in a new folder. */
export function freshPath(name = "run.db"): string {
  const folder = mkdtempSync(join(tmpdir(), "pcmlab-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}
