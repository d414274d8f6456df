/** A copy of a wear ledger, for asking what would be. */

import { basename, join } from "node:path";
import { openToRead } from "./open.ts";

/**
 * Copies the ledger into a folder, as it is now, also while a process writes it; the original is only read. Trains without a settled
 * fate stay so in the copy.
 * @throws LabError STORE when the file is no wear ledger, or the folder cannot be written to.
 */
export function copyLedger(path: string, folder: string): void {
  const connection = openToRead(path);
  try {
    connection.run("VACUUM INTO @copy", { copy: join(folder, basename(path)) });
  } finally {
    connection.close();
  }
}
