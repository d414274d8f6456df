/** SQLite's failures in the words of the store. */

import Database from "better-sqlite3";
import { LabError } from "../core/errors.ts";

interface Explanation {
  readonly message: string;
  readonly next: string;
}

/** By primary result code (sqlite.org/rescode.html); extended codes begin with the primary one. */
const explanations: readonly (readonly [string, Explanation])[] = [
  [
    "SQLITE_NOTADB",
    { message: "is not an SQLite file", next: "name a store that pcmlab wrote, or a new file" },
  ],
  [
    "SQLITE_CORRUPT",
    { message: "is damaged: part of the file is missing or overwritten", next: "restore it from a copy" },
  ],
  [
    // A record that says to be longer than any can be.
    "SQLITE_TOOBIG",
    { message: "is damaged: part of the file is overwritten", next: "restore it from a copy" },
  ],
  [
    "SQLITE_READONLY",
    {
      message: "cannot be written to",
      next: "make the file and its folder writable, or copy it somewhere that is",
    },
  ],
  [
    "SQLITE_CANTOPEN",
    { message: "cannot be opened", next: "check that its folder exists and may be read and written" },
  ],
  ["SQLITE_BUSY", { message: "is in use by another program", next: "wait for it to finish, or stop it" }],
  ["SQLITE_FULL", { message: "cannot grow: the disk is full", next: "make room and run the command again" }],
  ["SQLITE_IOERR", { message: "cannot be read or written", next: "check the disk and its file system" }],
];

/** A LabError STORE for what SQLite threw; anything else, programmer errors above all, is handed back as it is. */
export function storeFailure(path: string, thrown: unknown): unknown {
  if (!(thrown instanceof Database.SqliteError)) return thrown;
  const explanation = explanations.find(([code]) => thrown.code.startsWith(code))?.[1];
  if (explanation === undefined) return thrown;
  return new LabError("STORE", `${path} ${explanation.message}`, { next: explanation.next, cause: thrown });
}

/** What SQLite says where a file system has no room: for the file, its journal, or the index of the journal in shared memory. */
const fullCodes = ["SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"];

/** Whether a failure of the store says that there is no room; nothing of the transaction is left then. */
export const isDiskFull = (failure: unknown): boolean =>
  failure instanceof LabError &&
  failure.cause instanceof Database.SqliteError &&
  fullCodes.includes(failure.cause.code);

/** Whether a failure of the store says that another connection holds the file. */
export const isBusy = (failure: unknown): boolean =>
  failure instanceof LabError &&
  failure.cause instanceof Database.SqliteError &&
  failure.cause.code.startsWith("SQLITE_BUSY");
