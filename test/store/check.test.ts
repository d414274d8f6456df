import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { checkStore } from "../../src/store/check.ts";
import { Connection } from "../../src/store/connection.ts";
import { applicationId, migrate, newestSchema } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/store.ts";
import { vacuumStore } from "../../src/store/vacuum.ts";
import { labErrorOf } from "./failure.ts";
import { fillSynthetic } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

function filledStore(): string {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  fillSynthetic(store);
  const [tile] = store.networks.get().tiles;
  if (tile === undefined) throw new Error("the synthetic store is empty");
  const facts = { bootId: 1, startedSeconds: 1, endedSeconds: 2 };
  const state = new Uint8Array(100);
  store.checkpoints.save(tile.id, { band: 0, state, pulses: new Uint16Array(100), ...facts });
  store.checkpoints.save(tile.id, {
    band: 0,
    state: state.with(3, 1),
    pulses: new Uint16Array(100),
    ...facts,
  });
  store.close();
  return path;
}

function change(path: string, sql: string): void {
  const database = new Database(path);
  database.pragma("foreign_keys = OFF");
  database.exec(sql);
  database.close();
}

describe("a check", () => {
  test("of a whole store counts what it verified and changes nothing", () => {
    const path = filledStore();
    const before = statSync(path).mtimeMs;
    expect(checkStore(path)).toMatchObject({
      ...{ path, schema: newestSchema, structure: [], references: [], damages: [], whole: true },
      things: {
        readouts: { total: 9, good: 9 },
        programmings: { total: 3, good: 3 },
        networks: { total: 1, good: 1 },
        checkpoints: { total: 1, good: 1 },
      },
    });
    expect(statSync(path).mtimeMs).toBe(before);
  });

  test.each([
    [
      "readouts",
      "id 4",
      "UPDATE readout_bands SET code_sums = zeroblob(length(code_sums)) WHERE readout_id = 4",
    ],
    ["readouts", "id 4", "DELETE FROM readout_bands WHERE readout_id = 4"],
    ["programmings", "id 2", "UPDATE programmings SET pulses = zeroblob(length(pulses)) WHERE id = 2"],
    ["programmings", "id 2", "UPDATE programmings SET crc32 = crc32 + 1 WHERE id = 2"],
    ["networks", "id 1", "UPDATE networks SET onnx = x'00'"],
    ["checkpoints", "of tile 1", "UPDATE checkpoint_patches SET patch = x'00000000'"],
  ])("names what is damaged and counts what is good: %s %s", (table, row, sql) => {
    const path = filledStore();
    const before = checkStore(path).things[table]!;
    change(path, sql);
    const { whole, structure, damages, things } = checkStore(path);
    expect({ whole, structure }).toEqual({ whole: false, structure: [] });
    expect(damages.map((damage) => [damage.table, damage.row])).toEqual([[table, row]]);
    expect(things[table]).toEqual({ total: before.total, good: before.good - 1 });
  });

  test("finds rows that refer to nothing", () => {
    const path = filledStore();
    change(path, "DELETE FROM runs WHERE id = 1");
    const { references, whole } = checkStore(path);
    expect(whole).toBe(false);
    expect(references).toContain("row 1 of programming_starts refers to a row of runs that is not there");
  });

  test("looks at stores of older versions as they are", () => {
    const path = freshPath();
    const connection = new Connection(path, { readonly: false, fileMustExist: false });
    migrate(connection, 5);
    connection.pragma(`application_id = ${applicationId}`);
    connection.execute(
      "INSERT INTO networks VALUES (1, 'old', 'ff', x'00', 25e-6, '{}'); PRAGMA foreign_keys = OFF;" +
        "INSERT INTO readouts VALUES (7, 1, 1, 25, 26, 27, 0, 5, 0.3, 300, 'nominal', 2e-7, 1.5, 0, x'0A000F00', 0, NULL)",
    );
    connection.close();
    const { schema, damages, things } = checkStore(path);
    expect(schema).toBe(5);
    expect(damages.map(({ table, row }) => `${table} ${row}`)).toEqual(["readouts id 7", "networks id 1"]);
    expect(things.readouts).toEqual({ total: 1, good: 0 });
  });
});

describe("vacuum", () => {
  test("makes the file smaller and leaves its content as it was", () => {
    const path = filledStore();
    change(path, "DELETE FROM result_readouts; DELETE FROM readout_bands; DELETE FROM readouts");
    const { bytesBefore, bytesAfter } = vacuumStore(path);
    expect(bytesAfter).toBeLessThan(0.9 * bytesBefore);
    expect(statSync(path).size).toBe(bytesAfter);
    expect(checkStore(path)).toMatchObject({ whole: true, things: { programmings: { good: 3 } } });
  });

  test("leaves a damaged store as it is", () => {
    const path = filledStore();
    change(path, "DELETE FROM readout_bands WHERE readout_id = 4");
    const before = statSync(path);
    expect(labErrorOf(() => vacuumStore(path)).message).toContain("is damaged and is left as it is");
    expect(statSync(path).mtimeMs).toBe(before.mtimeMs);
  });

  test("does not wait for ever for another program", () => {
    const path = filledStore();
    const other = new Database(path);
    other.exec("BEGIN IMMEDIATE");
    expect(labErrorOf(() => vacuumStore(path)).message).toContain("in use by another program");
    other.close();
    expect(checkStore(path).whole).toBe(true);
  }, 20_000);
});
