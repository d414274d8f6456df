import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { nominalCalibration, type Readout } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { codeBands } from "../../src/store/readout-bands.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { labErrorOf } from "./failure.ts";
import { beginRun, descriptor, fillSynthetic, wall } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

const averages = 8;

function readoutOf(region: Region, seed: number): Readout {
  const prng = seededPrng(seed);
  return {
    region,
    averages,
    readVolts: 0.2,
    codeSums: Uint16Array.from({ length: cellCount(region) }, () => prng.below(255 * averages + 1)),
    firstSampleSeconds: 100 * seed,
    lastSampleSeconds: 100 * seed + 8,
    temperatureKelvin: 300,
    saturatedCells: 0,
  };
}

function addRegion(store: Store, readout: Readout) {
  const run = beginRun(store, "campaign", 0);
  const chip = store.chips.attach(run, descriptor);
  const entry = { programming: null, run, requestedAgeSeconds: null, wallSeconds: wall(1), bootId: 7 };
  const id = store.readouts.add({ ...entry, calibration: nominalCalibration(descriptor), readout });
  return { id, chip };
}

const wholeArray: Region = { array: 0, row: 0, column: 0, rows: 512, columns: 2048 };

describe("bands of code sums", () => {
  test.each([
    [1, 1, 1],
    [512, 2048, 64],
    [33, 2048, 5],
    [3, 40_000, 3],
    [100_000, 1, 7],
  ])("%i rows of %i columns are %i bands, which together are the region", (rows, columns, count) => {
    const codes = Uint16Array.from({ length: rows * columns }, (_, index) => index % 65_521);
    const bands = codeBands(codes, columns);
    expect(bands).toHaveLength(count);
    expect(bands.reduce((sum, band) => sum + band.rows, 0)).toBe(rows);
    for (const { firstRow, rows: own, codeSums, band } of bands) {
      expect(firstRow).toBe(band * bands[0]!.rows);
      const expected = codes.slice(firstRow * columns, (firstRow + own) * columns);
      expect(Buffer.from(expected.buffer).equals(codeSums)).toBe(true);
      expect(own === 1 || codeSums.length <= 32_768).toBe(true);
    }
  });
});

describe("a readout of any region", () => {
  test("comes back as it was, without a programming or an age", () => {
    const store = openStore(freshPath(), { mode: "create" });
    const readout = readoutOf({ array: 0, row: 100, column: 7, rows: 70, columns: 1000 }, 3);
    const { id, chip } = addRegion(store, readout);
    const { codeSums, ...facts } = readout;
    expect(store.readouts.find(id)).toMatchObject({
      ...{ id, chip, tile: null, programming: null, requestedAgeSeconds: null, bootId: 7 },
      ...facts,
    });
    expect(store.readouts.codeSums(id)).toEqual(codeSums);
    expect(store.readouts.completeAges()).toEqual([]);
    store.close();
  });

  test("does not stand for a tile that was read at an age", () => {
    const store = openStore(freshPath(), { mode: "create" });
    fillSynthetic(store, { withResults: false });
    const before = store.readouts.atAge(25);
    addRegion(store, readoutOf(before[0]!.region, 1));
    expect(store.readouts.atAge(25)).toEqual(before);
    expect(store.readouts.list()).toHaveLength(10);
    expect(store.readouts.ofProgramming(before[0]!.programming).map(({ tile }) => tile)).toEqual([1, 1, 1]);
    store.close();
  });

  test("is refused when it leaves cells out, since a code of 0 would pass for a reading", () => {
    const store = openStore(freshPath(), { mode: "create" });
    const readout = readoutOf({ array: 0, row: 0, column: 0, rows: 1, columns: 4 }, 1);
    expect(() => addRegion(store, { ...readout, mask: Uint8Array.of(1, 0, 1, 1) })).toThrow(
      /leaves cells out/,
    );
    expect(store.readouts.list()).toEqual([]);
    addRegion(store, { ...readout, mask: Uint8Array.of(1, 1, 1, 1) });
    store.close();
  });
});

describe("the trace of a device", () => {
  test("has its code, its conductance and its own time in every readout that holds it", () => {
    const store = openStore(freshPath(), { mode: "create" });
    const regions = [wholeArray, { ...wholeArray, row: 200, rows: 150, column: 3, columns: 99 }, wholeArray];
    const readouts = regions.map((region, index) => readoutOf(region, index + 1));
    readouts.push(
      readoutOf({ ...wholeArray, array: 1, rows: 300 }, 9),
      readoutOf({ ...wholeArray, rows: 3 }, 9),
    );
    for (const readout of readouts) addRegion(store, readout);
    const trace = store.readouts.trace(0, 299, 101);
    expect(trace.map(({ readout }) => readout.id)).toEqual([1, 2, 3]);
    trace.forEach(({ codeSum, siemens, sampleSeconds }, index) => {
      const { region, codeSums, firstSampleSeconds } = readouts[index]!;
      const cell = (299 - region.row) * region.columns + 101 - region.column;
      expect(codeSum).toBe(codeSums[cell]);
      expect(siemens).toBeCloseTo((codeSum / averages) * (40e-6 / 255), 9);
      expect(sampleSeconds).toBeCloseTo(firstSampleSeconds + (8 * cell) / (cellCount(region) - 1), 9);
    });
    expect(store.readouts.trace(0, 299, 2).map(({ readout }) => readout.id)).toEqual([1, 3]);
    expect(store.readouts.trace(2, 0, 0)).toEqual([]);
    store.close();
  });
});

describe("damage", () => {
  test.each([
    ["a changed code", "UPDATE readout_bands SET code_sums = zeroblob(length(code_sums)) WHERE band = 9"],
    ["a missing band", "DELETE FROM readout_bands WHERE band = 9"],
    ["a missing last band", "DELETE FROM readout_bands WHERE band = 63"],
    ["a short band", "UPDATE readout_bands SET code_sums = x'', crc32 = 0 WHERE band = 9"],
  ])("of one band is found (%s) and leaves the others readable", (_, sql) => {
    const path = freshPath();
    const store = openStore(path, { mode: "create" });
    const readout = readoutOf(wholeArray, 5);
    const { id } = addRegion(store, readout);
    store.close();
    const database = new Database(path);
    database.exec(sql);
    database.close();
    const again = openStore(path, { mode: "read" });
    const error = labErrorOf(() => again.readouts.codeSums(id));
    expect(error.code).toBe("STORE");
    expect(error.message).toContain("readout 1");
    expect(again.readouts.trace(0, 20, 5)[0]?.codeSum).toBe(readout.codeSums[20 * 2048 + 5]);
    if (!sql.includes("63")) expect(labErrorOf(() => again.readouts.trace(0, 75, 5)).code).toBe("STORE");
    again.close();
  });
});
