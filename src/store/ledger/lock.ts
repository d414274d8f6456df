/** One process at a time may write a ledger. The operating system lets go of the lock when the process is gone, however it went. */

import { LabError } from "../../core/errors.ts";
import { Connection } from "../connection.ts";
import { isBusy } from "../failure.ts";

/** An empty SQLite file beside the ledger holds the lock, so that the ledger itself may be read meanwhile. */
const lockPath = (path: string): string => `${path}.lock`;

/**
 * Returns what lets go of the lock.
 * @throws LabError STORE when another process has it; `ownerText` says who that is.
 */
export function lockLedger(path: string, ownerText: () => string): () => void {
  const lock = new Connection(lockPath(path), { readonly: false, fileMustExist: false });
  try {
    lock.pragma("busy_timeout = 0");
    lock.execute("BEGIN EXCLUSIVE");
  } catch (failure) {
    lock.close();
    if (!isBusy(failure)) throw failure;
    throw new LabError("STORE", `the wear ledger ${path} is being written by ${ownerText()}`, {
      next: "wait until that has ended, or stop it: two programs may not pulse one chip",
      cause: failure,
    });
  }
  return () => lock.close();
}
