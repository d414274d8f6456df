/**
 * The write-ahead log of a store stays small. SQLite starts it anew after a checkpoint that nobody's reading holds up
 * (sqlite.org/wal.html, "Avoiding Excessively Large WAL Files"); where a reader did hold it up, it is asked again, not at every commit.
 */

import { statSync } from "node:fs";
import { LabError } from "../core/errors.ts";

/** What is left of the log on the disk once it starts anew, and how far it grows before somebody waits for readers. */
export interface JournalLimits {
  readonly keptBytes: number;
  readonly waitBytes: number;
}

/** A commit of a million devices is 2 MiB, and SQLite folds the log into the store about every 4 MiB by itself. */
export const storeJournal: JournalLimits = { keptBytes: 2 ** 23, waitBytes: 2 ** 25 };

/** Long enough for any reading of the store's own; whoever reads for longer is asked again later. */
const readersMilliseconds = 100;

interface Pragmas {
  readonly path: string;
  pragma(text: string): unknown;
}

export class Journal {
  readonly #connection: Pragmas;
  readonly #waitBytes: number;
  #nextBytes: number;

  constructor(connection: Pragmas, { keptBytes, waitBytes }: JournalLimits) {
    this.#connection = connection;
    this.#waitBytes = waitBytes;
    this.#nextBytes = waitBytes;
    connection.pragma(`journal_size_limit = ${keptBytes}`);
  }

  /**
   * After a commit. Where readers do not let go in time, or the disk is full, the log grows on and is looked at again after as much:
   * what was committed is safe in it, and nobody may be told otherwise.
   */
  bound(): void {
    if (journalBytes(this.#connection.path) < this.#nextBytes) return;
    const patience = Number(this.#connection.pragma("busy_timeout"));
    this.#connection.pragma(`busy_timeout = ${readersMilliseconds}`);
    try {
      this.#connection.pragma("wal_checkpoint(TRUNCATE)");
    } catch (failure) {
      if (!(failure instanceof LabError)) throw failure;
    } finally {
      this.#connection.pragma(`busy_timeout = ${patience}`);
    }
    this.#nextBytes = journalBytes(this.#connection.path) + this.#waitBytes;
  }
}

/** Of the log beside a store; 0 when there is none. */
export const journalBytes = (path: string): number =>
  statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
