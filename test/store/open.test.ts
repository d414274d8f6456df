import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { storeFailure } from "../../src/store/failure.ts";
import { newestSchema } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/store.ts";
import { labErrorOf } from "./failure.ts";
import { fillSynthetic } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

const modes = ["create", "existing", "read"] as const;

function makeStore(): string {
  const path = freshPath();
  openStore(path, { mode: "create" }).close();
  return path;
}

describe("a new store", () => {
  test("is durable by its settings and says whose it is", () => {
    const path = makeStore();
    const database = new Database(path);
    expect(database.pragma("application_id", { simple: true })).toBe(0x50434d4c);
    expect(database.pragma("user_version", { simple: true })).toBe(newestSchema);
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
    database.close();
  });

  test("can be opened again in every mode", () => {
    const path = makeStore();
    for (const mode of modes) openStore(path, { mode }).close();
  });

  test("can be opened and read while another program is writing to it", () => {
    const path = makeStore();
    const other = new Database(path);
    other.exec("BEGIN IMMEDIATE");
    const store = openStore(path, { mode: "existing" });
    expect(store.networks.find()).toBeUndefined();
    store.close();
    other.close();
  });

  test("has only STRICT tables", () => {
    const database = new Database(makeStore());
    const tables = database.prepare<[], { name: string }>(
      "SELECT name FROM pragma_table_list WHERE strict = 0",
    );
    expect(tables.all().filter(({ name }) => !/^(sqlite_|v_)/.test(name))).toEqual([]);
    database.close();
  });

  test("takes over the empty file that a killed creation left behind", () => {
    const path = freshPath();
    const database = new Database(path);
    database.pragma("journal_mode = WAL");
    database.close();
    expect(labErrorOf(() => openStore(path, { mode: "read" })).message).toContain("is empty");
    openStore(path, { mode: "create" }).close();
    openStore(path, { mode: "read" }).close();
  });
});

describe("what is refused, in every mode that applies", () => {
  test("a store that is missing, and nothing is made", () => {
    const path = freshPath();
    for (const mode of ["existing", "read"] as const) {
      const error = labErrorOf(() => openStore(path, { mode }));
      expect(error).toMatchObject({ code: "STORE", message: `${path} does not exist` });
      expect(error.next).toContain("pcmlab program");
    }
    expect(existsSync(path)).toBe(false);
  });

  test("a folder that is missing", () => {
    const path = join(dirname(freshPath()), "no", "run.db");
    expect(labErrorOf(() => openStore(path, { mode: "create" })).message).toContain("there is no folder");
  });

  test.each(modes)("a folder (%s)", (mode) => {
    const path = freshPath("folder");
    mkdirSync(path);
    expect(labErrorOf(() => openStore(path, { mode })).message).toContain("is a folder");
  });

  test.each(modes)("a file that is not SQLite, left as it was (%s)", (mode) => {
    const path = freshPath();
    writeFileSync(path, "conductances of Monday, in a text file ".repeat(100));
    const before = readFileSync(path);
    const error = labErrorOf(() => openStore(path, { mode }));
    expect(error.message).toBe(`${path} is not an SQLite file`);
    expect(error.next).toBeDefined();
    expect(readFileSync(path)).toEqual(before);
  });

  test.each(modes)("an SQLite file of another program, left as it was (%s)", (mode) => {
    const path = freshPath();
    const foreign = new Database(path);
    foreign.exec("CREATE TABLE runs (id INTEGER)");
    foreign.close();
    const before = readFileSync(path);
    expect(labErrorOf(() => openStore(path, { mode })).message).toContain("another program");
    expect(readFileSync(path)).toEqual(before);
  });

  test.each(modes)("a store of a newer version, with both versions named (%s)", (mode) => {
    const path = makeStore();
    const database = new Database(path);
    database.pragma(`user_version = ${newestSchema + 6}`);
    database.close();
    expect(labErrorOf(() => openStore(path, { mode }))).toMatchObject({
      code: "STORE",
      message: `${path} was written by a newer pcmlab (schema ${newestSchema + 6}, this one knows ${newestSchema})`,
      next: "upgrade pcmlab",
    });
  });

  test.each(modes)("a store that was cut off at any quarter (%s)", (mode) => {
    const whole = freshPath();
    const store = openStore(whole, { mode: "create" });
    fillSynthetic(store);
    store.close();
    const bytes = readFileSync(whole);
    for (const share of [0.25, 0.5, 0.75]) {
      const path = freshPath();
      writeFileSync(path, bytes);
      truncateSync(path, Math.floor(bytes.length * share));
      const error = labErrorOf(() => openStore(path, { mode }));
      expect(error.message).toContain("is damaged");
      expect(error.message).not.toContain("\n");
    }
  });
});

describe("failures of SQLite", () => {
  test.each([
    ["SQLITE_READONLY", "cannot be written to"],
    ["SQLITE_BUSY", "in use by another program"],
    ["SQLITE_FULL", "the disk is full"],
    ["SQLITE_IOERR_WRITE", "cannot be read or written"],
    ["SQLITE_CORRUPT_INDEX", "is damaged"],
  ])("%s is told in one line with a next step", (code, words) => {
    const failure = labErrorOf(() => {
      throw storeFailure("run.db", new Database.SqliteError("of SQLite", code));
    });
    expect(failure).toMatchObject({ code: "STORE", exitCode: 8 });
    expect(failure.message).toMatch(/^run\.db [^\n]+$/);
    expect(failure.message).toContain(words);
    expect(failure.next).toBeDefined();
  });

  test("a broken constraint is a programmer error and stays one", () => {
    const thrown = new Database.SqliteError("NOT NULL", "SQLITE_CONSTRAINT_NOTNULL");
    expect(storeFailure("run.db", thrown)).toBe(thrown);
  });
});
