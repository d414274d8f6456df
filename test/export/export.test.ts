import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { conductances, nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { exportStore } from "../../src/cli/actions/export.ts";
import { LabError } from "../../src/core/errors.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { systemTimer } from "../../src/core/system-clock.ts";
import { datasetOf, exportTable, formats } from "../../src/export/export.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { contextOf } from "../cli/collecting-context.ts";
import { addProgramming, beginRun, descriptor, fillSynthetic, makeCells, wall } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";
import { pythonWithNumpy } from "../system/python.ts";
import { by, exportOne } from "./export-all.ts";
import { metadataOf, type Row, withDuckDb, withNumPy } from "./readers.ts";

const interpreter = await pythonWithNumpy();

function filledStore(path = freshPath()): Store {
  const store = openStore(path, { mode: "create" });
  fillSynthetic(store);
  return store;
}

/** What the store says of every device of every readout, straight from its own readers. */
function devicesOf(store: Store): Row[] {
  const ends = new Map(store.programmings.list().map(({ id, endedChipSeconds }) => [id, endedChipSeconds]));
  return store.readouts.list().flatMap((readout) => {
    const { region, averages, calibration, firstSampleSeconds, lastSampleSeconds } = readout;
    const codes = store.readouts.codeSums(readout.id);
    const siemens = conductances(codes, averages, calibration, region);
    return Array.from(codes, (code, cell) => {
      const time =
        firstSampleSeconds + ((lastSampleSeconds - firstSampleSeconds) * cell) / (codes.length - 1);
      return {
        readout: readout.id,
        word_line: region.row + Math.floor(cell / region.columns),
        bit_line: region.column + (cell % region.columns),
        code_sum: code,
        conductance_uS: siemens[cell]! * 1e6,
        chip_time_s: time,
        age_s: time - ends.get(readout.programming!)!,
      };
    });
  });
}

function assertAlike(rows: readonly Row[], expected: readonly Row[]): void {
  expect(rows.length).toBe(expected.length);
  for (const [index, wanted] of expected.entries())
    for (const [name, value] of Object.entries(wanted)) {
      const found = Number(rows[index]?.[name]);
      const tolerance = 1e-6 * Math.max(1, Math.abs(Number(value)));
      if (!(Math.abs(found - Number(value)) <= tolerance))
        throw new Error(`row ${index}: ${name} is ${found} instead of ${value}`);
    }
}

const rowsOf = (columns: Readonly<Record<string, readonly unknown[]>>): Row[] =>
  Array.from({ length: columns.readout?.length ?? 0 }, (_, row) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[row]])),
  );

describe("an export of readouts", () => {
  test("holds what the store holds, as DuckDB reads it", async () => {
    const store = filledStore();
    const expected = devicesOf(store);
    const out = (format: string): string => join(dirname(store.path), `readouts.${format}`);
    for (const format of formats) {
      const { rows } = await exportOne(store, "readouts", format, out(format));
      expect(rows).toBe(expected.length);
    }
    assertAlike(await withDuckDb(out("parquet")), expected);
    assertAlike(await withDuckDb(out("csv")), expected);
    store.close();
  });

  test.skipIf(interpreter === undefined)("is read by NumPy with the same content", async () => {
    const store = filledStore();
    const path = join(dirname(store.path), "readouts.npz");
    await exportOne(store, "readouts", "npz", path);
    const { columns, types } = await withNumPy(interpreter ?? "", path);
    assertAlike(rowsOf(columns), devicesOf(store));
    expect(types).toMatchObject({
      code_sum: "int32",
      conductance_uS: "float32",
      age_s: "float64",
      age_clock: "<U4",
    });
    store.close();
  });

  test("says where it comes from, in every format", async () => {
    const store = filledStore();
    const out = (format: string): string => join(dirname(store.path), `targets.${format}`);
    for (const format of formats) await exportOne(store, "targets", format, out(format));
    const provenance = JSON.parse((await metadataOf(out("parquet"))).get("pcmlab") ?? "");
    expect(provenance).toMatchObject({
      ...{ tool: "pcmlab", toolVersion: "0.1.0", store: "run.db", what: "targets", rows: 6612 },
      chip: { serialNumber: "SIM-0001" },
      network: { name: "resnet32.onnx", gmax_uS: 25 },
    });
    expect(provenance.runs[0]).toMatchObject({
      command: "program",
      seed: 1,
      startedUtc: "2025-06-15T15:06:40.000Z",
    });
    expect(provenance.columns.target_uS).toBe("conductance that the device was aimed at");
    if (interpreter !== undefined)
      expect((await withNumPy(interpreter, out("npz"))).provenance).toEqual(provenance);
    expect(JSON.parse(readFileSync(`${out("csv")}.json`, "utf8"))).toEqual(provenance);
    store.close();
  });

  test("goes over a region that is larger than a batch, without a programming or an age", async () => {
    const store = openStore(freshPath(), { mode: "create" });
    const region: Region = { array: 0, row: 3, column: 10, rows: 150, columns: 1000 };
    const run = beginRun(store, "campaign", 0);
    const codeSums = Uint16Array.from({ length: cellCount(region) }, (_, cell) => cell % 2041);
    const facts = { programming: null, run, requestedAgeSeconds: null, wallSeconds: wall(1) };
    store.readouts.add({
      ...{ ...facts, calibration: nominalCalibration(descriptor) },
      readout: {
        ...{ region, averages: 8, readVolts: 0.2, codeSums, temperatureKelvin: 300, saturatedCells: 0 },
        ...{ firstSampleSeconds: 5, lastSampleSeconds: 6 },
      },
    });
    const out = join(dirname(store.path), "readouts.parquet");
    await exportOne(store, "readouts", "parquet", out);
    const rows = await withDuckDb(out);
    expect(rows).toHaveLength(150_000);
    for (const cell of [0, 999, 1000, 130_999, 131_000, 149_999]) {
      expect(rows[cell]).toMatchObject({
        ...{ word_line: 3 + Math.floor(cell / 1000), bit_line: 10 + (cell % 1000), code_sum: cell % 2041 },
        ...{ programming: null, tile: null, requested_age_s: null, age_s: null, age_clock: null },
      });
      expect(rows[cell]?.chip_time_s).toBeCloseTo(5 + cell / 149_999, 9);
    }
    store.close();
  });

  test("gives others a turn once for many small readouts, and goes over each row once", async () => {
    const store = filledStore();
    const dataset = datasetOf(store, "readouts");
    expect(store.readouts.list().length).toBeGreaterThan(5);
    for (const format of formats) {
      const turns: number[] = [];
      const pause = async (rows: number) => void turns.push(rows);
      const path = join(dirname(store.path), `turns.${format}`);
      await exportTable(store, dataset, { what: "readouts", format, path, by, pause });
      expect(turns).toEqual(new Array(format === "npz" ? dataset.columns.length : 1).fill(dataset.rows));
    }
    store.close();
  });

  test("gives no age where the board restarted and nobody knows what passed", async () => {
    const store = filledStore();
    const [known] = store.readouts.list();
    const codeSums = store.readouts.codeSums(known!.id);
    for (const bootId of [1, 2])
      store.readouts.add({ ...known!, bootId, requestedAgeSeconds: 99, readout: { ...known!, codeSums } });
    const out = join(dirname(store.path), "readouts.parquet");
    await exportOne(store, "readouts", "parquet", out);
    const ages = new Map((await withDuckDb(out)).map((row) => [row.readout, row.age_clock]));
    expect([ages.get(1), ages.get(10), ages.get(11)]).toEqual(["chip", "chip", null]);
    store.close();
  });
});

describe("other exports", () => {
  test("have targets and outcomes of every programming, and say which is current", async () => {
    const store = filledStore();
    const [tile] = store.networks.get().tiles;
    const run = beginRun(store, "program", 9);
    const again = addProgramming(store, run, tile!.id, makeCells(27 * 32, seededPrng(8)), 900);
    const out = join(dirname(store.path), "targets.parquet");
    await exportOne(store, "targets", "parquet", out);
    const rows = await withDuckDb(out);
    const { targetSiemens, outcomes, pulses } = store.programmings.cells(again);
    const own = rows.filter(({ programming }) => programming === again);
    own.forEach((row, cell) => {
      expect(row.target_uS).toBeCloseTo(targetSiemens[cell]! * 1e6, 5);
      expect(row).toMatchObject({
        outcome: cellOutcomes[outcomes[cell]!],
        pulses: pulses[cell],
        current: 1,
        layer: "conv1",
      });
    });
    expect(own).toHaveLength(864);
    expect(rows.filter(({ current }) => current === 0).map(({ programming }) => programming)).toEqual(
      new Array(864).fill(1),
    );
    store.close();
  });

  test("have every accuracy with its interval", async () => {
    const store = filledStore();
    const out = join(dirname(store.path), "results.csv");
    await exportOne(store, "results", "csv", out);
    const rows = await withDuckDb(out);
    const results = store.results.list();
    expect(rows).toHaveLength(results.length);
    results.forEach(({ ageSeconds, compensation, correct, images, interval }, index) => {
      const row = rows[index];
      expect([row?.compensation, row?.age_s].map(String)).toEqual([compensation, String(ageSeconds)]);
      expect(row?.accuracy_fraction).toBeCloseTo(correct / images, 12);
      expect(row?.accuracy_low_fraction).toBeCloseTo(interval.low, 12);
    });
    store.close();
  });
});

describe("a table that cannot be exported", () => {
  test("leaves the older file and nothing else when it fails on the way", async () => {
    const store = filledStore();
    const path = join(dirname(store.path), "readouts.parquet");
    writeFileSync(path, "of Monday");
    const before = readdirSync(dirname(path)).sort();
    const dataset = datasetOf(store, "readouts");
    for (const format of formats) {
      const pause = () => Promise.reject(new LabError("INTERRUPTED", "stopped"));
      const request = { what: "readouts", format, path, by, pause } as const;
      await expect(exportTable(store, dataset, request)).rejects.toThrow("stopped");
    }
    expect(readFileSync(path, "utf8")).toBe("of Monday");
    expect(readdirSync(dirname(path)).sort()).toEqual(before);
    store.close();
  });

  test("is refused when its codes are damaged", async () => {
    const path = freshPath();
    filledStore(path).close();
    const database = new Database(path);
    database.exec("UPDATE readout_bands SET code_sums = zeroblob(length(code_sums)) WHERE readout_id = 5");
    database.close();
    const store = openStore(path, { mode: "read" });
    const out = join(dirname(path), "readouts.csv");
    await expect(exportOne(store, "readouts", "csv", out)).rejects.toMatchObject({ code: "STORE" });
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith("readouts"))).toEqual([]);
    store.close();
  });

  test("says what has to be run first when the store has none", () => {
    const store = filledStore();
    expect(() => datasetOf(store, "fits")).toThrow(/holds no fits/);
    store.close();
  });

  test("says which folder is missing", async () => {
    const store = filledStore();
    const out = join(dirname(store.path), "no", "results.csv");
    await expect(exportOne(store, "results", "csv", out)).rejects.toMatchObject({ code: "ENVIRONMENT" });
    store.close();
  });
});

describe("the format of an export", () => {
  const source = join(mkdtempSync(join(tmpdir(), "pcmlab-")), "run.db");
  beforeAll(() => filledStore(source).close());
  afterAll(() => rm(dirname(source), { recursive: true }));
  const exported = (out: string, format?: "parquet" | "npz" | "csv") =>
    exportStore(
      { store: source, what: "results", out: join(dirname(source), out), format },
      { ...contextOf("export").context, timer: systemTimer },
    );
  const beginning = (out: string) =>
    readFileSync(join(dirname(source), out))
      .subarray(0, 4)
      .toString("latin1");

  test.each([
    ["a.csv", "resu"],
    ["a.npz", "PK\u0003\u0004"],
    ["a.PARQUET", "PAR1"],
    ["a.dat", "PAR1"],
  ])("is that of the ending of %s", async (out, magic) => {
    await exported(out);
    expect(beginning(out)).toBe(magic);
  });

  test("is the one that is asked for where the ending says nothing", async () => {
    await exported("b.dat", "npz");
    expect(beginning("b.dat")).toBe("PK\u0003\u0004");
  });

  test("is not written into a file whose ending says another", async () => {
    await expect(exported("r.npy", "npz")).resolves.toBeUndefined();
    await expect(exported("c.csv", "npz")).rejects.toMatchObject({
      ...{ code: "USAGE", message: expect.stringMatching(/c\.csv ends like csv, and --format is npz$/) },
      next: expect.stringMatching(/c\.npz, or --format csv$/),
    });
    expect(readdirSync(dirname(source))).not.toContain("c.csv");
  });
});
