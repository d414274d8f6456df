import { describe, expect, test } from "vitest";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { DeviceDigest } from "../../src/dashboard/devices/device-digest.ts";
import { DriftSamples } from "../../src/dashboard/devices/drift-samples.ts";
import { Histograms } from "../../src/dashboard/devices/histograms.ts";
import { PatchedMap } from "../../src/dashboard/devices/patches.ts";
import { powerLaw } from "../../src/dashboard/devices/power-law.ts";
import { bucketed } from "../../src/dashboard/parts/buckets.ts";
import { readoutId } from "../../src/store/identity.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import {
  addProgramming,
  beginRun,
  descriptor,
  fillSynthetic,
  gmaxSiemens,
  makeCells,
} from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

const region = (row: number, column: number, rows: number, columns: number) => ({
  array: 0,
  row,
  column,
  rows,
  columns,
});

describe("a map", () => {
  test("of a small window has a point for each device", () => {
    const map = new PatchedMap(region(4, 10, 2, 3));
    map.put("a", region(4, 10, 1, 3), Float32Array.of(1, 2, 3));
    map.put("b", region(5, 11, 1, 2), Float32Array.of(5, 6));
    const { width, height, siemens } = map.raster();
    expect([map.block, width, height]).toEqual([1, 3, 2]);
    expect([...siemens]).toEqual([1, 2, 3, Number.NaN, 5, 6]);
  });

  test("of a large window has means over blocks, and at most 256 points on a side", () => {
    const map = new PatchedMap(region(0, 0, 512, 2048));
    const values = Float32Array.from({ length: 512 * 2048 }, (_, cell) => Math.floor(cell / 2048) % 8);
    map.put("all", region(0, 0, 512, 2048), values);
    const { width, height, siemens } = map.raster();
    expect([map.block, width, height]).toEqual([8, 256, 64]);
    expect(siemens.every((value) => value === 3.5)).toBe(true);
  });

  test("regions that meet within a block make one mean of all their devices", () => {
    const map = new PatchedMap(region(0, 0, 300, 512));
    expect(map.block).toBe(2);
    map.put("left", region(0, 0, 2, 1), Float32Array.of(1, 1));
    map.put("right", region(0, 1, 2, 3), Float32Array.of(2, 4, 4, 3, 4, 4));
    expect([...map.raster().siemens.slice(0, 3)]).toEqual([7 / 4, 4, Number.NaN]);
  });

  test("what is known of it can be cut out", () => {
    const map = new PatchedMap(region(10, 0, 512, 2048));
    map.put("canary", region(17, 24, 10, 8), new Float32Array(80).fill(7));
    const { window, raster } = map.known();
    expect(window).toEqual(region(10, 24, 24, 8));
    expect([raster.width, raster.height, [...raster.siemens]]).toEqual([1, 3, [7, 7, 7]]);
    expect(new PatchedMap(region(0, 0, 2, 2)).known().window).toEqual(region(0, 0, 2, 2));
  });

  test("a newer reading takes the place of the older one, and not of its neighbours", () => {
    const map = new PatchedMap(region(0, 0, 1, 4));
    map.put("a", region(0, 0, 1, 2), Float32Array.of(1, 1));
    map.put("b", region(0, 2, 1, 2), Float32Array.of(7, 7));
    map.put("a", region(0, 0, 1, 2), Float32Array.of(3, 4));
    expect([...map.raster().siemens]).toEqual([3, 4, 7, 7]);
  });
});

test("histograms count the first and last age that all tiles have been read at, without the closing readout", () => {
  const histograms = new Histograms(50);
  histograms.addTargets(Float32Array.of(0, 0.5, 49.5, 1000));
  for (const age of [0, 25, 100, 400])
    for (const tile of age === 400 ? [1] : [1, 2]) histograms.addMeasured(age, Float32Array.of(tile, -1));
  expect([histograms.target[0], histograms.target[49], histograms.target[69]]).toEqual([2, 1, 1]);
  const [first, last, ...more] = histograms.measured(2);
  expect([first?.ageSeconds, last?.ageSeconds, more.length]).toEqual([25, 100, 0]);
  expect([...(last?.counts.slice(0, 3) ?? [])]).toEqual([2, 1, 1]);
});

test("a power law is found again, and none where there is none", () => {
  const points = [1, 10, 100, 5000].map((t) => [t, 3 * t ** -0.07] as const);
  const law = powerLaw(points);
  expect(law?.exponent).toBeCloseTo(0.07, 12);
  expect(law?.atOneSecond).toBeCloseTo(3, 12);
  expect(powerLaw([[1, 1]])).toBeUndefined();
  expect(
    powerLaw([
      [5, 1],
      [5, 2],
    ]),
  ).toBeUndefined();
  expect(
    powerLaw([
      [1, 1],
      [10, 0],
    ]),
  ).toBeUndefined();
  expect(
    powerLaw([
      [0, 1],
      [10, 1],
    ]),
  ).toBeUndefined();
});

test("drift samples give the exponents that the devices have, level by level", () => {
  const levels = [0.1, 0.4, 0.7, 1];
  const exponents = [0.1, 0.06, 0.05, 0.03];
  const cells = 400;
  const targets = Float32Array.from({ length: cells }, (_, cell) => (levels[cell % 4] ?? 0) * gmaxSiemens);
  const drift = new DriftSamples(gmaxSiemens, cells);
  drift.addTargets(1, targets);
  for (const age of [0, 25, 250, 2500]) {
    const siemens = targets.map((target, cell) => target * Math.max(1, age) ** -(exponents[cell % 4] ?? 0));
    drift.addMeasured(1, readoutId(age), age, siemens);
  }
  const found = drift.levels(Number);
  expect(found.map(({ g }) => g)).toEqual(levels);
  expect(found.map(({ devices }) => devices)).toEqual([100, 100, 100, 100]);
  for (const [index, { fit, points }] of found.entries()) {
    expect(fit?.exponent).toBeCloseTo(exponents[index] ?? 0, 5);
    expect(points.map(({ ageSeconds }) => ageSeconds)).toEqual([25, 250, 2500]);
    expect(points[0]).toMatchObject({ low: 1, median: 1, high: 1 });
  }
});

test("a thousand ages are thinned out, and neither the first nor the last is lost", () => {
  const drift = new DriftSamples(gmaxSiemens, 1);
  drift.addTargets(1, Float32Array.of(gmaxSiemens));
  for (let age = 1; age <= 1000; age++)
    drift.addMeasured(1, readoutId(age), age, Float32Array.of(gmaxSiemens * age ** -0.05));
  const [level] = drift.levels(() => undefined);
  const ages = level?.points.map(({ ageSeconds }) => ageSeconds) ?? [];
  expect([ages[0], ages.at(-1)]).toEqual([1, 1000]);
  expect(ages.length).toBeGreaterThan(90);
  expect(ages.length).toBeLessThanOrEqual(200);
  expect(level?.fit?.exponent).toBeCloseTo(0.05, 6);
});

test("tiles whose first readings have different ages are compared from the first age that they share, at their true ages", () => {
  const targets = new Float32Array(50).fill(gmaxSiemens);
  const drift = new DriftSamples(gmaxSiemens, 100);
  const measured = (tile: number, age: number): void =>
    drift.addMeasured(
      tile,
      readoutId(10 * age + tile),
      age,
      targets.map((target) => target * age ** -0.05),
    );
  for (const tile of [1, 2]) drift.addTargets(tile, targets);
  for (const age of [10, 100, 1000]) measured(1, age);
  for (const age of [100, 1000]) measured(2, age);
  measured(1, 10_000);
  const [level] = drift.levels((readout) => (readout === 10_001 ? 1003 : undefined));
  expect(level?.points.map(({ ageSeconds }) => ageSeconds)).toEqual([100, 1001.5, 10_000]);
  expect(level?.points.map(({ median }) => median)).toEqual([
    1,
    expect.closeTo(10 ** -0.05),
    expect.closeTo(100 ** -0.05),
  ]);
});

test("buckets keep every extreme and the mean of all", () => {
  const samples = Array.from({ length: 1001 }, (_, index) => ({
    seconds: index,
    value: index === 500 ? 99 : index % 3,
  }));
  const buckets = bucketed(samples, 100);
  expect(buckets.length).toBeLessThanOrEqual(100);
  expect(buckets.reduce((sum, bucket) => sum + bucket.samples, 0)).toBe(1001);
  expect(Math.max(...buckets.map(({ high }) => high))).toBe(99);
  const mean = buckets.reduce((sum, bucket) => sum + bucket.mean * bucket.samples, 0) / 1001;
  expect(mean).toBeCloseTo(samples.reduce((sum, { value }) => sum + value, 0) / 1001, 9);
  expect(bucketed([], 10)).toEqual([]);
});

describe("what is learned of a store", () => {
  function filled(): Store {
    const store = openStore(freshPath(), { mode: "create" });
    store.transaction(() => fillSynthetic(store));
    return store;
  }

  function learned(digest: DeviceDigest): number {
    let steps = 0;
    while (digest.step()) steps++;
    return steps;
  }

  test("costs a step for each readout, and nothing when there is nothing new", () => {
    const store = filled();
    const digest = new DeviceDigest(store);
    expect(learned(digest)).toBe(9);
    const { version } = digest;
    expect(learned(digest)).toBe(0);
    expect(digest.version).toBe(version);
    expect(digest.tiles?.histograms.measured(3).map(({ ageSeconds }) => ageSeconds)).toEqual([25, 86_400]);
    expect(digest.tiles?.pulses.total).toBe((27 * 16 + 144 * 16 + 57 * 10) * 2);
    store.close();
  });

  test("tiles that are programmed again begin anew, and what was read of them before counts no more", () => {
    const store = filled();
    const digest = new DeviceDigest(store);
    learned(digest);
    const [tile] = store.networks.get().tiles;
    if (tile === undefined) throw new Error("there is no tile");
    const run = beginRun(store, "program", 200_000);
    addProgramming(store, run, tile.id, makeCells(cellCount(tile.region), seededPrng(9)), 200_000);
    expect(learned(digest)).toBe(9);
    expect(digest.programmings).toHaveLength(3);
    expect(digest.tiles?.histograms.measured(3)).toEqual([]);
    expect(digest.tiles?.histograms.measured(2).map(({ ageSeconds }) => ageSeconds)).toEqual([25, 86_400]);
    store.close();
  });

  test("regions beside the tiles have a map of their own, and the mean of their devices", () => {
    const store = filled();
    const run = beginRun(store, "campaign", 300);
    store.chips.attach(run, descriptor);
    const canary = region(500, 0, 2, 8);
    const readout = store.readouts.add({
      ...{ programming: null, run, requestedAgeSeconds: 60, wallSeconds: 1 },
      calibration: nominalCalibration(descriptor),
      readout: {
        ...{ region: canary, averages: 1, readVolts: 0.2, temperatureKelvin: 301, saturatedCells: 0 },
        ...{ firstSampleSeconds: 60, lastSampleSeconds: 62, codeSums: new Uint16Array(16).fill(51) },
      },
    });
    const digest = new DeviceDigest(store);
    learned(digest);
    const summary = digest.summaries.get(readout);
    expect(summary?.meanSiemens).toBeCloseTo((51 * 40e-6) / 255, 10);
    expect(summary).toMatchObject({ devices: 16, chipSeconds: 61, temperatureKelvin: 301 });
    expect(digest.regionMaps.map(({ window }) => window)).toEqual([region(0, 0, 512, 2048)]);
    store.close();
  });
});
