/** Which readouts of a store belong to a device, and how old it was at each. */

import { expect, test } from "vitest";
import { ageOf } from "../../calibration/drift/readings.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { loadCodes, readingsOf } from "../../src/cli/drift/load-readings.ts";
import { driftSubjects } from "../../src/cli/drift/subjects.ts";
import type { ReadoutId, RunId } from "../../src/store/identity.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { beginRun, descriptor, fillSynthetic, wall } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

const averages = 4;
const conversionSeconds = 1e-6;
const columns = 128;

/** Two bands of rows that hold all tiles of the synthetic network together. */
const bands: readonly Region[] = [0, 1].map((band) => ({
  array: 0,
  row: 100 * band,
  column: 0,
  rows: 100,
  columns,
}));

/** The code sum of a device tells where it lies and when it was read. */
const codeAt = (row: number, column: number, slot: number): number => (7 * row + 3 * column + slot) % 900;

/** Reads the bands at a time of the chip's clock, one after the other without a pause. */
function readBands(store: Store, run: RunId, chipSeconds: number, slot: number): ReadoutId[] {
  let now = chipSeconds;
  return bands.map((region) => {
    const seconds = (cellCount(region) * averages - 1) * conversionSeconds;
    const readout = {
      region,
      averages,
      readVolts: 0.2,
      codeSums: Uint16Array.from({ length: cellCount(region) }, (_, n) =>
        codeAt(region.row + Math.floor(n / columns), n % columns, slot),
      ),
      firstSampleSeconds: now,
      lastSampleSeconds: now + seconds,
      temperatureKelvin: 300,
      saturatedCells: 0,
    };
    now += seconds + conversionSeconds;
    const facts = { programming: null, run, requestedAgeSeconds: 50, wallSeconds: wall(1), bootId: 1 };
    return store.readouts.add({ ...facts, calibration: nominalCalibration(descriptor), readout });
  });
}

/** A campaign that reads the array at times of its timeline. @param offsetSeconds of the chip's clock when it was read. */
function campaignOf(
  store: Store,
  dueSeconds: readonly number[],
  offsetSeconds: number,
  tiles: boolean,
): void {
  const run = beginRun(store, "campaign", 0);
  const chip = store.chips.attach(run, descriptor);
  const region: Region = { array: 0, row: 0, column: 0, rows: 200, columns };
  const reference = { referenceSeconds: 12, referenceKnownBy: "chip" } as const;
  const programmings = tiles ? store.programmings.current() : [];
  const id = store.campaigns.add({
    run,
    chip,
    name: "test",
    plan: {},
    plannedSeconds: 0,
    plannedWallSeconds: wall(0),
    boot: {
      bootId: 1,
      offsetSeconds,
      knownBy: "chip",
      uncertaintySeconds: 0,
      anchorSeconds: 0,
      anchorWallSeconds: wall(0),
    },
    subjects: [
      { name: "A", matter: { kind: "region", region }, agesSeconds: dueSeconds, ...reference },
      ...programmings.map(({ id: programming, endedChipSeconds }) => ({
        name: "tile",
        matter: { kind: "tile", programming, region } as const,
        agesSeconds: [1e6],
        referenceSeconds: endedChipSeconds,
        referenceKnownBy: "chip" as const,
      })),
    ],
  });
  const array = store.campaigns.subjects(id)[0]!;
  const slots = store.campaigns.slots(id).filter(({ subject }) => subject === array.id);
  for (const [n, slot] of slots.entries())
    store.campaigns.addOutcome({
      slot: slot.id,
      run,
      kind: "read",
      reason: null,
      startedSeconds: slot.dueSeconds,
      endedSeconds: slot.dueSeconds + 1,
      knownBy: "chip",
      wallSeconds: wall(slot.dueSeconds),
      calibration: null,
      readouts: readBands(store, run, slot.dueSeconds - offsetSeconds, n),
      temperatureKelvin: null,
      probe: null,
    });
}

function storeWith(offsetSeconds: number, tiles: boolean): Store {
  const store = openStore(freshPath(), { mode: "create" });
  fillSynthetic(store, { ages: [25], withResults: false });
  campaignOf(store, [100, 1000, 10_000], offsetSeconds, tiles);
  return store;
}

const derivation = { other: undefined, largestCode: 255, noiseCodes: 0 };

test("a tile is found in what was read of its whole array, device by device, at its own age", () => {
  const store = storeWith(0, false);
  const tile = driftSubjects(store).find(({ name }) => name === "tile 2")!;
  const ended = tile.programming!.endedChipSeconds;
  expect(tile.reads.map(({ readouts }) => readouts.length)).toEqual([1, 2, 2, 2]);
  const array = { ...tile, reads: tile.reads.slice(1) };
  const { siemens, devices, reads } = readingsOf(
    loadCodes(store, array, derivation),
    0,
    tile.region.rows,
    derivation,
  );
  const perCode = descriptor.read.fullScaleSiemens / 255;
  for (const [row, column] of [
    [0, 0],
    [99, 31],
    [100, 0],
    [143, 31],
  ] as const) {
    const device = row * tile.region.columns + column;
    const inArray = (row * columns + tile.region.column + column) * averages * conversionSeconds;
    for (const [slot, due] of [112, 1012, 10_012].entries()) {
      const code = codeAt(row, tile.region.column + column, slot) / averages;
      expect(siemens[slot * devices + device]! * 1e6).toBeCloseTo(code * perCode * 1e6, 4);
      // From the end of the programming, and by how much the device was pulsed before that.
      const sincePulse = due + inArray - ended + (1 - (device + 0.5) / cellCount(tile.region));
      expect(ageOf(reads[slot]!, device)).toBeCloseTo(sincePulse, 3);
    }
  }
  store.close();
});

test("after a restart of the board its age is that of the campaign's timeline", () => {
  const store = storeWith(5000, true);
  const tile = driftSubjects(store).find(({ name }) => name === "tile 1")!;
  const { endedChipSeconds } = tile.programming!;
  expect(tile.reads.map(({ ageSeconds }) => Math.round(ageSeconds))).toEqual(
    [25, 112 - endedChipSeconds, 1012 - endedChipSeconds, 10_012 - endedChipSeconds].map(Math.round),
  );
  store.close();
});

test("what was read of an array is a subject of its own, whose ages count as its campaign says", () => {
  const store = storeWith(0, false);
  const regions = driftSubjects(store).filter(({ programming }) => programming === undefined);
  expect(regions.map(({ region }) => region.row)).toEqual([0, 100]);
  expect(regions[0]!.reads.map(({ ageSeconds }) => ageSeconds)).toEqual([100, 1000, 10_000]);
  store.close();
});

test("a readout whose chip clock began anew is not taken for a young one", () => {
  const store = openStore(freshPath(), { mode: "create" });
  fillSynthetic(store, { ages: [25, 3600], withResults: false });
  const [programming] = store.programmings.current();
  const run = beginRun(store, "read", 0);
  store.chips.attach(run, descriptor);
  const { region } = store.networks.find()!.tiles[0]!;
  store.readouts.add({
    programming: programming!.id,
    run,
    requestedAgeSeconds: 86_400,
    wallSeconds: wall(1),
    calibration: nominalCalibration(descriptor),
    readout: {
      region,
      averages,
      readVolts: 0.2,
      codeSums: new Uint16Array(cellCount(region)),
      firstSampleSeconds: 100,
      lastSampleSeconds: 101,
      temperatureKelvin: 300,
      saturatedCells: 0,
    },
  });
  expect(driftSubjects(store)[0]!.reads.map(({ ageSeconds }) => ageSeconds)).toEqual([25, 3600]);
  store.close();
});
