/** Gives the room of what was deleted back to the disk. */

import { statSync } from "node:fs";
import { LabError } from "../core/errors.ts";
import { checkStore } from "./check.ts";
import { openConnection } from "./open.ts";

export interface Vacuumed {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Writes the store anew beside itself and puts it in its place; SQLite needs as much room again meanwhile.
 * @throws LabError STORE when the store is damaged, in use, or the disk is full; it is then as it was.
 */
export function vacuumStore(path: string): Vacuumed {
  assertWhole(path);
  const connection = openConnection(path, "existing");
  try {
    connection.pragma(`busy_timeout = ${patienceMilliseconds}`);
    const bytesBefore = statSync(path).size;
    connection.execute("VACUUM");
    connection.pragma("wal_checkpoint(TRUNCATE)");
    return { bytesBefore, bytesAfter: statSync(path).size };
  } finally {
    connection.close();
  }
}

/** A campaign commits once a second at most; whoever holds the store for longer is not to be waited for. */
const patienceMilliseconds = 1000;

/** What is damaged may be lost when it is written anew, and can sometimes be saved as it is. */
function assertWhole(path: string): void {
  if (checkStore(path).whole) return;
  throw new LabError("STORE", `${path} is damaged and is left as it is`, {
    next: `see what can still be read: pcmlab store check ${path}`,
  });
}
