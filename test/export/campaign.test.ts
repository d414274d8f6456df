import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { nominalCalibration } from "../../src/chip/readout.ts";
import type { Region } from "../../src/chip/region.ts";
import type { DriftDevices } from "../../src/store/drift-rows.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { beginRun, descriptor, wall } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";
import { exportOne } from "./export-all.ts";
import { withDuckDb } from "./readers.ts";

const region: Region = { array: 0, row: 0, column: 0, rows: 4, columns: 8 };
const bands = [0, 2].map((row) => ({ ...region, row, rows: 2 }));

/** The board restarted 1,000 s (of the timeline) after the campaign was planned: its clock began anew. */
const offsetSeconds = 1000;
const averages = 8;

/** A campaign that read a region in two bands, a product and a temperature after the restart. */
function storeWithCampaign(): Store {
  const store = openStore(freshPath(), { mode: "create" });
  const run = beginRun(store, "campaign", 0);
  const chip = store.chips.attach(run, descriptor);
  const facts = { referenceSeconds: 100, referenceKnownBy: "chip" as const };
  const agesSeconds = [3600];
  const cells = { row: 0, column: 0, rows: 2, columns: 3 };
  const probe = { seed: 1, vectors: 2, phases: 1 as const };
  const campaign = store.campaigns.add({
    ...{ run, chip, name: "month", plan: {}, plannedSeconds: 90, plannedWallSeconds: wall(0) },
    subjects: [
      { name: "array", matter: { kind: "region", region }, ...facts, agesSeconds },
      { name: "product", matter: { kind: "mvm", cells, probe }, ...facts, agesSeconds },
      { name: "heat", matter: { kind: "temperature" }, ...facts, agesSeconds },
    ],
    boot: {
      ...{ bootId: 1, offsetSeconds: 0, knownBy: "chip", uncertaintySeconds: 0 },
      ...{ anchorSeconds: 90, anchorWallSeconds: wall(0) },
    },
  });
  const [array, product, heat] = store.campaigns.slots(campaign);
  const readouts = bands.map((band, index) =>
    store.readouts.add({
      ...{ programming: null, run, requestedAgeSeconds: 3600, wallSeconds: wall(3600), bootId: 2 },
      calibration: nominalCalibration(descriptor),
      readout: {
        ...{ region: band, averages, readVolts: 0.2, codeSums: new Uint16Array(16).fill(800) },
        ...{ firstSampleSeconds: 2701 + index, lastSampleSeconds: 2701.15 + index },
        ...{ temperatureKelvin: 300, saturatedCells: 0 },
      },
    }),
  );
  const read = {
    ...{
      run,
      kind: "late" as const,
      reason: "the board restarted",
      wallSeconds: wall(3600),
      calibration: null,
    },
    ...{
      startedSeconds: 2701 + offsetSeconds,
      endedSeconds: 2702.15 + offsetSeconds,
      knownBy: "wall" as const,
    },
  };
  const nothing = { readouts: [], probe: null, temperatureKelvin: null };
  store.campaigns.addOutcome({ ...read, ...nothing, slot: array!.id, readouts });
  const times = {
    firstSampleSeconds: 2710,
    lastSampleSeconds: 2711,
    temperatureKelvin: 301,
    saturatedOutputs: 0,
  };
  const codes = { inputs: Int8Array.of(1, -2, 3, -4), outputs: Int16Array.of(10, -20, 30, -400, 500, -600) };
  store.campaigns.addOutcome({
    ...{ ...read, ...nothing, slot: product!.id },
    probe: { cells, phases: 1, ...codes, ...times },
  });
  store.campaigns.addOutcome({ ...read, ...nothing, slot: heat!.id, temperatureKelvin: 302.5 });
  return store;
}

async function exported(store: Store, what: Parameters<typeof exportOne>[1]) {
  const out = join(dirname(store.path), `${what}.parquet`);
  await exportOne(store, what, "parquet", out);
  return withDuckDb(out);
}

test("devices that a campaign read after a restart of the board go on ageing, and say whose clock knows", async () => {
  const store = storeWithCampaign();
  const rows = await exported(store, "readouts");
  expect(rows).toHaveLength(32);
  rows.forEach((row, cell) => {
    const time = 2701 + Math.floor(cell / 16) + 0.01 * (cell % 16);
    expect(row.chip_time_s).toBeCloseTo(time, 9);
    expect(row.age_s).toBeCloseTo(time + offsetSeconds - 100, 9);
    expect(row.age_clock).toBe("host");
  });
  store.close();
});

test("products are exported as codes, and temperatures with their time", async () => {
  const store = storeWithCampaign();
  const outputs = await exported(store, "mvm-outputs");
  expect(outputs.map(({ vector, bit_line, output_code }) => [vector, bit_line, output_code])).toEqual([
    [0, 0, 10],
    [0, 1, -20],
    [0, 2, 30],
    [1, 0, -400],
    [1, 1, 500],
    [1, 2, -600],
  ]);
  expect(outputs[0]).toMatchObject({ requested_age_s: 3600, age_s: 3601, phases: 1, temperature_K: 301 });
  const inputs = await exported(store, "mvm-inputs");
  expect(inputs.map(({ vector, word_line, input_code }) => [vector, word_line, input_code])).toEqual([
    [0, 0, 1],
    [0, 1, -2],
    [1, 0, 3],
    [1, 1, -4],
  ]);
  expect(await exported(store, "temperatures")).toEqual([
    { campaign: 1, slot: 3, campaign_time_s: 3701, temperature_K: 302.5 },
  ]);
  store.close();
});

function fittedDevices(): DriftDevices {
  const floats = (...values: number[]) => Float32Array.from(values);
  return {
    ...{ levels: Uint8Array.of(0, 1), models: Uint8Array.of(0, 1), nu: floats(0.05, Number.NaN) },
    ...{ nuError: floats(0.01, Number.NaN), siemens: floats(5e-6, 1e-6), siemensError: floats(1e-7, 1e-7) },
    ...{ third: floats(Number.NaN, 0.25), thirdError: floats(Number.NaN, 0.125), factor: floats(2, 2) },
    ...{ noise: floats(0.5, 0.25), readings: Uint16Array.of(7, 8), outlierReadings: Uint16Array.of(0, 1) },
    marks: Uint8Array.of(0, 0b100001),
  };
}

test("fits are exported with intervals and marks, and what a device does not have is null", async () => {
  const store = storeWithCampaign();
  const run = beginRun(store, "drift", 0);
  const place = { array: 0, row: 5, column: 6, rows: 1, columns: 2 };
  store.driftFits.add({
    ...{ run, wallSeconds: wall(1), referenceSeconds: 20, fromSeconds: 10, parameters: {}, levels: [] },
    fits: [
      {
        ...{
          programming: null,
          region: place,
          firstAgeSeconds: 20,
          lastAgeSeconds: 86_400,
          readouts: [],
          reads: 8,
        },
        devices: fittedDevices(),
      },
    ],
  });
  const [sound, marked] = await exported(store, "fits");
  expect(sound).toMatchObject({
    ...{ programming: null, word_line: 5, bit_line: 6, reference_age_s: 20, model: "power" },
    ...{ nu: Math.fround(0.05), nu_half_width: Math.fround(2 * Math.fround(0.01)), third: null, readings: 7 },
    ...{ outlier: 0, unfitted: 0, noise_fraction: 0.5 },
  });
  expect(sound?.conductance_uS).toBeCloseTo(5, 5);
  expect(marked).toMatchObject({
    ...{ bit_line: 7, model: "floor", nu: null, nu_error: null, nu_half_width: null, third: 0.25 },
    ...{ outlier: 1, stuck: 0, saturated: 0, dead: 0, censored: 0, unfitted: 1, outlier_readings: 1 },
  });
  store.close();
});
