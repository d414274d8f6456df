import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { conductances, nominalCalibration } from "../../src/chip/readout.ts";
import type { NewCalibration } from "../../src/store/calibrations.ts";
import { calibrationId, type RunId } from "../../src/store/identity.ts";
import { firstLight } from "../../src/store/migrations/001-first-light.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { labErrorOf } from "./failure.ts";
import { beginRun, descriptor, fillSynthetic, wall } from "./synthetic.ts";
import { freshPath } from "./temp-folder.ts";

const bitLines = 2048;
const by = (value: (column: number) => number): Float64Array =>
  Float64Array.from({ length: bitLines }, (_, c) => value(c));

const reading = {
  region: { array: 0, row: 0, column: 0, rows: 2, columns: 3 },
  rowSiemens: [0, 1e-5],
  readVolts: 0.3,
  averages: 4,
  codeSums: Uint16Array.of(1, 2, 3, 400, 500, 600),
};

const measured = (store: Store, run: RunId): NewCalibration => ({
  chip: store.chips.attach(run, descriptor),
  run,
  toolVersion: "0.1.0",
  wallSeconds: wall(10),
  validUntilWallSeconds: wall(1000),
  firstSampleSeconds: 1,
  lastSampleSeconds: 2,
  temperatureKelvin: 301.5,
  parameters: { repeats: 8 },
  voltages: { agreement: [] },
  dac: { amperesPerCode: 1e-7, offsetAmperes: 2e-9, faults: ["gain"] },
  data: {
    columns: {
      states: Uint8Array.from({ length: bitLines }, (_, c) => (c === 5 ? 2 : 0)),
      siemensPerCode: by((c) => 1e-7 + c * 1e-11),
      offsetCodes: by((c) => c / 100),
      gainErrors: by(() => 1e-3),
      offsetErrorCodes: by((c) => (c === 5 ? Number.NaN : 0.1)),
      residualCodes: by(() => 0.3),
      noiseCodes: by(() => 0.4),
    },
    dacAmperes: Float32Array.of(0, 1e-7, 2e-7),
    readings: [reading, { ...reading, readVolts: 0.1, codeSums: reading.codeSums.map((sum) => sum + 1) }],
  },
});

function newStore(): { path: string; store: Store; run: RunId } {
  const path = freshPath();
  const store = openStore(path, { mode: "create" });
  return { path, store, run: beginRun(store, "calibrate", 0) };
}

describe("a calibration", () => {
  test("comes back as it was, with everything that it was fitted to", () => {
    const { store, run } = newStore();
    expect(store.calibrations.latest()).toBeUndefined();
    const entry = measured(store, run);
    const id = store.calibrations.add(entry);
    const { data, chip: _, ...facts } = entry;
    expect(store.calibrations.latest()).toEqual({
      ...facts,
      id,
      chip: {
        manufacturer: descriptor.manufacturer,
        model: descriptor.model,
        serialNumber: descriptor.serialNumber,
        firmware: descriptor.firmware,
      },
      columns: bitLines,
      failedColumns: 1,
    });
    expect(store.calibrations.data(id)).toEqual(data);
    const { name, success, siemensPerCode } = store.calibrations.converters(id);
    expect([name, success[4], success[5]]).toEqual([`calibration ${id}`, 1, 0]);
    expect(siemensPerCode).toEqual(data.columns.siemensPerCode);
    store.close();
  });

  test("without a DAC has none", () => {
    const { store, run } = newStore();
    const entry = measured(store, run);
    const id = store.calibrations.add({
      ...entry,
      dac: null,
      data: { ...entry.data, dacAmperes: undefined },
    });
    expect(store.calibrations.find(id)?.dac).toBeNull();
    expect(store.calibrations.data(id).dacAmperes).toBeUndefined();
    store.close();
  });

  test("is one of a list, the newest last", () => {
    const { store, run } = newStore();
    const entry = measured(store, run);
    const ids = [1, 2].map(() => store.calibrations.add(entry));
    expect(store.calibrations.list().map(({ id }) => id)).toEqual(ids);
    expect(store.calibrations.latest()?.id).toBe(ids[1]);
    expect(store.calibrations.find(calibrationId(99))).toBeUndefined();
    expect(() => store.calibrations.data(calibrationId(99))).toThrow(RangeError);
    store.close();
  });

  test("needs a value for every bit line", () => {
    const { store, run } = newStore();
    const entry = measured(store, run);
    const columns = { ...entry.data.columns, noiseCodes: new Float64Array(3) };
    expect(() => store.calibrations.add({ ...entry, data: { ...entry.data, columns } })).toThrow(RangeError);
    store.close();
  });

  test.each(["siemens_per_code", "states", "dac_amperes", "code_sums"])(
    "whose %s is damaged is refused",
    (column) => {
      const { path, store, run } = newStore();
      const id = store.calibrations.add(measured(store, run));
      store.close();
      const database = new Database(path);
      database.exec(`UPDATE calibrations SET ${column} = zeroblob(length(${column}))`);
      database.close();
      const again = openStore(path, { mode: "read" });
      expect(labErrorOf(() => again.calibrations.data(id))).toMatchObject({
        code: "STORE",
        message: expect.stringContaining(`calibration ${id} in ${path} is damaged`),
      });
      again.close();
    },
  );
});

describe("a readout", () => {
  test("keeps the measured calibration that it was read with", () => {
    const { store, run } = newStore();
    fillSynthetic(store, {});
    const id = store.calibrations.add(measured(store, run));
    const converters = store.calibrations.converters(id);
    const [tile] = store.networks.get().tiles;
    const [old] = store.readouts.atAge(store.readouts.completeAges()[0]!);
    if (tile === undefined || old === undefined) throw new Error("the synthetic store is empty");
    const codeSums = store.readouts.codeSums(old.id);
    const {
      calibration,
      programming,
      wallSeconds,
      tile: __,
      id: ___,
      run: ____,
      requestedAgeSeconds,
      ...readout
    } = old;
    expect(calibration.name).toBe("nominal");
    store.readouts.add({
      programming,
      run,
      requestedAgeSeconds: 77,
      wallSeconds,
      calibration: converters,
      readout: { ...readout, codeSums },
    });
    const [again] = store.readouts.atAge(77);
    expect(again?.calibration).toEqual(converters);
    expect(conductances(codeSums, old.averages, converters, old.region)[1]).toBeCloseTo(
      (codeSums[1]! / old.averages - converters.offsetCodes[old.region.column + 1]!) *
        converters.siemensPerCode[old.region.column + 1]!,
      12,
    );
    expect(requestedAgeSeconds).not.toBe(77);
    store.close();
  });

  test("is not stored with converters that the store does not know", () => {
    const { store, run } = newStore();
    fillSynthetic(store, {});
    const [old] = store.readouts.atAge(store.readouts.completeAges()[0]!);
    if (old === undefined) throw new Error("the synthetic store is empty");
    const siemensPerCode = nominalCalibration(descriptor).siemensPerCode.slice();
    siemensPerCode[3] = 1e-9;
    const calibration = { ...nominalCalibration(descriptor), siemensPerCode };
    const readout = { ...old, codeSums: store.readouts.codeSums(old.id) };
    const entry = {
      programming: old.programming,
      run,
      requestedAgeSeconds: 1,
      wallSeconds: 1,
      calibration,
      readout,
    };
    expect(() => store.readouts.add(entry)).toThrow(/not the same for all bit lines/);
    store.close();
  });
});

test("a store of before calibrations is brought up to date and keeps its readouts' meaning", () => {
  const path = freshPath();
  const old = new Database(path);
  old.exec(firstLight);
  old.pragma("application_id = 0x50434d4c");
  old.pragma("user_version = 1");
  old.exec(`
    INSERT INTO runs VALUES (1, 'program', '[]', '0.0.9', NULL, '{}', NULL, '{}', NULL, 0, NULL, NULL, NULL);
    INSERT INTO networks VALUES (1, 'old', 'x', x'00', 25e-6, '{"bias":"array"}');
    INSERT INTO layers VALUES (1, 0, 'dense', 'gemm', 1, 1, 1e-5, 0);
    INSERT INTO tiles VALUES (1, 1, 0, 0, 0, 1, 1, 0, 0, 6, 1, 2);
    INSERT INTO programming_starts VALUES (1, 1, 1, 0);
    INSERT INTO programmings VALUES (1, 1, 1, 'melt-quench', '{}', 0, 1, NULL, 2, 0, 0, 0, 0, 0, 2, x'', x'', x'', x'', 0);
    INSERT INTO readouts VALUES (1, 1, 1, 25, 26, 27, 0, 5, 0.3, 300, 'nominal', 2e-7, 1.5, 0, x'0A000F00', 0);
  `);
  old.close();
  const store = openStore(path, { mode: "existing" });
  expect(store.calibrations.list()).toEqual([]);
  const [readout] = store.readouts.atAge(25);
  expect(readout?.calibration.name).toBe("nominal");
  const siemens = conductances(Uint16Array.of(10, 15), 5, readout!.calibration, readout!.region);
  expect(siemens).toEqual(Float32Array.of(0.5 * 2e-7, 1.5 * 2e-7));
  store.close();
});
