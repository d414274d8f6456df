import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { checksum } from "../../src/store/blob.ts";
import { Connection } from "../../src/store/connection.ts";
import type { ReadoutId } from "../../src/store/identity.ts";
import { migrate, newestSchema } from "../../src/store/migrate.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { labErrorOf } from "./failure.ts";
import { fillSynthetic } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

/** A store of this version with tiles of one and of several bands. */
function newStore(): string {
  const path = freshPath("new.db");
  const store = openStore(path, { mode: "create" });
  const shapes = [
    { name: "conv1", rows: 27, columns: 16 },
    { name: "wide", rows: 500, columns: 200 },
  ];
  fillSynthetic(store, { shapes });
  store.close();
  return path;
}

/** The same content as a pcmlab of schema 8 wrote it. */
function inSchema8(newer: string): string {
  const path = freshPath("old.db");
  const connection = new Connection(path, { readonly: false, fileMustExist: false });
  connection.execute("VACUUM");
  migrate(connection, 8);
  connection.close();
  const store = openStore(newer, { mode: "read" });
  const database = new Database(path);
  database.pragma("foreign_keys = OFF");
  database.prepare("ATTACH ? AS newer").run(newer);
  for (const table of ["chips", "runs", "networks", "layers", "tiles", "programming_starts", "programmings"])
    copyRows(database, table);
  for (const table of ["results", "result_readouts", "events"]) copyRows(database, table);
  for (const { id } of store.readouts.list()) {
    const bytes = new Uint8Array(store.readouts.codeSums(id).buffer);
    database
      .prepare(`INSERT INTO readouts SELECT id, programming_id, run_id, requested_age, first_sample_chip, last_sample_chip,
        read_wall, averages, read_volts, temperature_kelvin, calibration, siemens_per_code, offset_codes, saturated_cells,
        @bytes, @crc32, calibration_id FROM newer.readouts WHERE id = @id`)
      .run({ id, bytes: Buffer.from(bytes), crc32: checksum(bytes) });
  }
  store.close();
  database.close();
  return path;
}

/** Columns that came later have their defaults in the old file. */
function copyRows(database: Database.Database, table: string): void {
  const columns = database
    .prepare<[string], { name: string }>("SELECT name FROM pragma_table_info(?)")
    .all(table)
    .map(({ name }) => name)
    .join(", ");
  database.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM newer.${table}`);
}

function change(path: string, sql: string): void {
  const database = new Database(path);
  database.pragma("foreign_keys = OFF");
  database.exec(sql);
  database.close();
}

const factsOf = (store: Store) =>
  store.readouts.list().map(({ calibration, ...facts }) => ({
    ...facts,
    name: calibration.name,
    siemensPerCode: calibration.siemensPerCode[0],
    columns: calibration.siemensPerCode.length,
  }));

/** Comparing the arrays element by element in an expectation takes seconds. */
const codesAlike = (one: Store, other: Store, id: ReadoutId): boolean =>
  Buffer.from(one.readouts.codeSums(id).buffer).equals(Buffer.from(other.readouts.codeSums(id).buffer));

describe("a store of schema 8", () => {
  test("keeps every readout, result and reference, and is whole by SQLite's own word", () => {
    const newer = newStore();
    const path = inSchema8(newer);
    const expected = openStore(newer, { mode: "read" });
    const migrated = openStore(path, { mode: "existing" });
    expect(factsOf(migrated)).toEqual(factsOf(expected));
    expect(migrated.readouts.list()).toHaveLength(6);
    for (const { id } of expected.readouts.list()) expect(codesAlike(migrated, expected, id)).toBe(true);
    for (const { id } of expected.results.list())
      expect(migrated.results.readoutsOf(id)).toEqual(expected.results.readoutsOf(id));
    expect(migrated.readouts.completeAges()).toEqual([25, 3600, 86_400]);
    expected.close();
    migrated.close();
    const database = new Database(path);
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(database.pragma("foreign_key_check")).toEqual([]);
    expect(database.pragma("user_version", { simple: true })).toBe(newestSchema);
    expect(database.prepare("SELECT layer, devices FROM v_readouts WHERE id = 2").get()).toEqual({
      layer: "wide",
      devices: 500 * 400,
    });
    expect(() => database.exec("DELETE FROM readouts WHERE id = 1")).toThrow(/FOREIGN KEY/);
    database.close();
  });

  test("with one damaged readout keeps all others, and that one is still known to be damaged", () => {
    const newer = newStore();
    const path = inSchema8(newer);
    change(path, "UPDATE readouts SET code_sums = zeroblob(length(code_sums)) WHERE id = 2");
    const store = openStore(path, { mode: "existing" });
    const expected = openStore(newer, { mode: "read" });
    expect(labErrorOf(() => store.readouts.codeSums(store.readouts.list()[1]!.id)).message).toContain(
      "readout 2",
    );
    for (const { id } of expected.readouts.list())
      if (id !== 2) expect(codesAlike(store, expected, id)).toBe(true);
    store.close();
    expected.close();
  });

  test("without a view that it should have is refused in one line and left as it was", () => {
    const path = inSchema8(newStore());
    change(
      path,
      "DROP VIEW v_readouts; DROP VIEW v_unfinished_tiles; DROP VIEW v_current_programmings; DROP VIEW v_yield; DROP VIEW v_programmings",
    );
    const error = labErrorOf(() => openStore(path, { mode: "existing" }));
    expect(error).toMatchObject({ code: "STORE" });
    expect(error.message).toMatch(/cannot be brought from schema 8 to 9: no such table: v_programmings$/);
    expect(new Database(path).pragma("user_version", { simple: true })).toBe(8);
  });

  test("with a reference to nothing is refused in one line and left as it was", () => {
    const path = inSchema8(newStore());
    change(path, "DELETE FROM programmings WHERE id = 1");
    const error = labErrorOf(() => openStore(path, { mode: "existing" }));
    expect(error).toMatchObject({ code: "STORE" });
    expect(error.message).toMatch(/is damaged: [^\n]+$/);
    const database = new Database(path);
    expect(database.pragma("user_version", { simple: true })).toBe(8);
    expect(database.prepare("SELECT count(*) AS n FROM readouts").get()).toEqual({ n: 6 });
    database.close();
  });
});
