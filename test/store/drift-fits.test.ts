import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { cellCount } from "../../src/chip/region.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { checkStore } from "../../src/store/check.ts";
import { driftedShare } from "../../src/store/drift-curve.ts";
import type { DriftDevices, StoredDriftLevel } from "../../src/store/drift-rows.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { labErrorOf } from "./failure.ts";
import { beginRun, fillSynthetic, wall } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

const level: StoredDriftLevel = {
  level: 3,
  programmed: true,
  targetSiemens: 7.5e-6,
  model: "power",
  breakSeconds: null,
  devices: 100,
  fitted: 97,
  marked: { outlier: 1, stuck: 2, saturated: 0, dead: 0, censored: 4, unfitted: 0 },
  nuMean: 0.049,
  nuMeanHalfWidth: 0.001,
  nuSpread: 0.009,
  nuError: 0.007,
  siemensMean: 7.4e-6,
  siemensSpread: 0.5e-6,
  noise: 0.09,
  thirdMean: Number.NaN,
  outlierReadings: 5,
  comparison: { best: "power" },
  fan: [{ ageSeconds: 25, devices: 97, low: 0.9, median: 1, high: 1.1 }],
};

function devicesOf(count: number, withThird = false): DriftDevices {
  const prng = seededPrng(7);
  const floats = (): Float32Array => Float32Array.from({ length: count }, () => prng.normal());
  const nothing = (): Float32Array => new Float32Array(count).fill(Number.NaN);
  return {
    levels: Uint8Array.from({ length: count }, () => 3),
    models: new Uint8Array(count),
    nu: floats().fill(Number.NaN, 0, 1),
    nuError: floats(),
    siemens: floats(),
    siemensError: floats(),
    third: withThird ? floats() : nothing(),
    thirdError: withThird ? floats() : nothing(),
    factor: floats(),
    noise: floats(),
    readings: Uint16Array.from({ length: count }, (_, i) => i % 41),
    outlierReadings: new Uint16Array(count),
    marks: Uint8Array.from({ length: count }, (_, i) => i % 64),
  };
}

function withFits(store: Store, devices: (count: number) => DriftDevices) {
  fillSynthetic(store);
  const [programming] = store.programmings.current();
  const region = store.networks.find()!.tiles[0]!.region;
  const fit = {
    programming: programming!.id,
    region,
    firstAgeSeconds: 25,
    lastAgeSeconds: 86_400,
    readouts: store.readouts.ofProgramming(programming!.id).map(({ id }) => id),
    reads: 3,
    devices: devices(cellCount(region)),
  };
  const id = store.driftFits.add({
    run: beginRun(store, "drift", 300),
    wallSeconds: wall(301),
    referenceSeconds: 25,
    fromSeconds: 20,
    parameters: { model: "auto" },
    levels: [level, { ...level, level: 4, programmed: false, nuMean: Number.NaN, comparison: null, fan: [] }],
    fits: [fit],
  });
  return { id, fit };
}

describe("fits of drift in a store", () => {
  test.each([false, true])("come back as they were, with a third parameter: %s", (withThird) => {
    const store = openStore(freshPath(), { mode: "create" });
    expect(store.driftFits.latest()).toBeUndefined();
    const { id, fit } = withFits(store, (count) => devicesOf(count, withThird));
    expect(store.driftFits.latest()).toMatchObject({
      id,
      referenceSeconds: 25,
      parameters: { model: "auto" },
    });
    expect(store.driftFits.list()).toHaveLength(1);
    expect(store.driftFits.levels(id)).toEqual([
      level,
      { ...level, level: 4, programmed: false, nuMean: Number.NaN, comparison: null, fan: [] },
    ]);
    const { devices, ...facts } = fit;
    const [stored] = store.driftFits.fits(id);
    expect(stored).toMatchObject(facts);
    expect(store.driftFits.devices(stored!.id)).toEqual(devices);
    store.close();
  });

  test("arrays of another length are refused, and nothing is stored", () => {
    const store = openStore(freshPath(), { mode: "create" });
    expect(() => withFits(store, (count) => devicesOf(count - 1))).toThrow(RangeError);
    expect(store.driftFits.list()).toEqual([]);
    store.close();
  });

  test("a flipped bit is noticed by who reads them and by the check of the store", () => {
    const path = freshPath();
    const store = openStore(path, { mode: "create" });
    const { id } = withFits(store, devicesOf);
    store.close();
    const database = new Database(path);
    const { nu } = database.prepare<[], { nu: Buffer }>("SELECT nu FROM drift_fits").get()!;
    nu[17]! ^= 4;
    database.prepare("UPDATE drift_fits SET nu = ?").run(nu);
    database.close();
    const damaged = openStore(path, { mode: "read" });
    const [fit] = damaged.driftFits.fits(id);
    expect(labErrorOf(() => damaged.driftFits.devices(fit!.id)).code).toBe("STORE");
    damaged.close();
    expect(checkStore(path).damages).toMatchObject([{ table: "drift_fits" }]);
  });
});

describe("the law of a level", () => {
  test("is 1 at the reference age, whichever it is", () => {
    for (const model of ["power", "floor", "two"] as const)
      expect(driftedShare({ ...level, model, thirdMean: 0.3, breakSeconds: 1000 }, 25, 25)).toBe(1);
  });

  test("goes by the mean parameters", () => {
    expect(driftedShare(level, 2500, 25)).toBeCloseTo(100 ** -0.049, 12);
    const floor = { ...level, model: "floor", thirdMean: 0.4 } as const;
    expect(driftedShare(floor, 2500, 25)).toBeCloseTo(0.6 * 100 ** -0.049 + 0.4, 12);
    const two = { ...level, model: "two", thirdMean: 0.2, breakSeconds: 250 } as const;
    expect(driftedShare(two, 250, 25)).toBeCloseTo(10 ** -0.049, 12);
    expect(driftedShare(two, 2500, 25)).toBeCloseTo(10 ** -0.049 * 10 ** -0.2, 12);
  });
});
