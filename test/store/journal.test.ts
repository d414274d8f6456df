import { writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { LabError } from "../../src/core/errors.ts";
import { Connection } from "../../src/store/connection.ts";
import { Journal, journalBytes } from "../../src/store/journal.ts";
import { freshPath } from "./temp-folder.ts";

const limits = { keptBytes: 2 ** 18, waitBytes: 2 ** 20 };

function boundedConnection(path: string): Connection {
  const connection = new Connection(path, { readonly: false, fileMustExist: false });
  connection.pragma("journal_mode = WAL");
  connection.execute("CREATE TABLE blobs (bytes BLOB) STRICT");
  connection.boundJournal(limits);
  return connection;
}

/** 128 KiB a commit. */
const commit = (connection: Connection): void =>
  connection.transaction(() => {
    connection.run("INSERT INTO blobs VALUES (@bytes)", { bytes: new Uint8Array(2 ** 17).fill(7) });
  });

test("the log beside a store stays small however much is written", () => {
  const path = freshPath();
  const connection = boundedConnection(path);
  let largest = 0;
  for (let count = 0; count < 200; count++) {
    commit(connection);
    largest = Math.max(largest, journalBytes(path));
  }
  // SQLite folds it after 1,000 pages of 4 KiB, which is more than the store waits for here.
  expect(largest).toBeLessThan(limits.waitBytes + 2 ** 18);
  connection.close();
});

test("a log that a reader held up is small again soon after the reader has gone", () => {
  const path = freshPath();
  const connection = boundedConnection(path);
  commit(connection);
  const reader = new Database(path, { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM blobs").get();
  for (let count = 0; count < 100; count++) commit(connection);
  expect(journalBytes(path)).toBeGreaterThan(100 * 2 ** 17);
  reader.exec("COMMIT");
  for (let count = 0; count < 10; count++) commit(connection);
  expect(journalBytes(path)).toBeLessThan(limits.waitBytes + 2 ** 18);
  reader.close();
  connection.close();
});

test("a log that cannot be folded does not make a commit fail that is safe in it", () => {
  const path = freshPath();
  writeFileSync(`${path}-wal`, new Uint8Array(limits.waitBytes));
  const asked: string[] = [];
  const pragma = (text: string): unknown => {
    asked.push(text);
    if (text.startsWith("wal_checkpoint")) throw new LabError("STORE", "the disk is full");
    return text === "busy_timeout" ? 5000 : undefined;
  };
  const journal = new Journal({ path, pragma }, limits);
  journal.bound();
  expect(asked.at(-1)).toBe("busy_timeout = 5000");
  expect(asked).toContain("wal_checkpoint(TRUNCATE)");
  // Not again before it has grown by as much.
  asked.length = 0;
  journal.bound();
  expect(asked).toEqual([]);
});

test("waiting for readers changes nothing else: another writer is still waited for as before", () => {
  const path = freshPath();
  const connection = boundedConnection(path);
  const before = connection.pragma("busy_timeout");
  for (let count = 0; count < 20; count++) commit(connection);
  expect(connection.pragma("busy_timeout")).toBe(before);
  connection.close();
});
