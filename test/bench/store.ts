/** What the store costs beside bare SQLite: snapshots of a million devices, their size in the file, and the way of one device through them. */

import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { descriptorOf } from "../../mocks/array/crossbar.ts";
import { fusion1m } from "../../mocks/array/profiles/fusion-1m.ts";
import { nominalCalibration, type Readout } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { littleEndianBytes } from "../../src/core/bytes.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { systemClock } from "../../src/core/system-clock.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import type { BenchOptions, Figures } from "./main.ts";

const region: Region = { array: 0, row: 0, column: 0, rows: 512, columns: 2048 };
const devices = cellCount(region);
const averages = 64;
/** Snapshots of one measurement, so that each side pays for its own checkpoints within it. */
const snapshotsATime = 2;
const tracedSnapshots = 100;

export async function store({ small }: BenchOptions): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  try {
    const commits = measuredCommits(folder, small ? 10 : 50);
    return { devices, ...commits, ...(await measuredFile(join(folder, "run.db"), commits.snapshots)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Side = (codes: readonly Uint16Array[]) => void;

/** Both sides in turn, so that what else the machine does meets both. */
function measuredCommits(folder: string, repetitions: number) {
  const store = openStore(join(folder, "run.db"), { mode: "create" });
  const blobs = bareSqlite(join(folder, "blobs.db"));
  const asSnapshots = snapshotsInto(store);
  const taken = Array.from({ length: repetitions }, (_, index) => {
    const codes = codesOf(index);
    const turn = index % 2 === 0;
    const first = milliseconds(turn ? asSnapshots : blobs.insert, codes);
    const second = milliseconds(turn ? blobs.insert : asSnapshots, codes);
    return turn ? { snapshot: first, blob: second } : { snapshot: second, blob: first };
  });
  store.close();
  blobs.close();
  const ratios = spread(taken.map((one) => one.snapshot / one.blob));
  return {
    snapshots: snapshotsATime * repetitions,
    snapshotOverBlob: ratios.median,
    ratios,
    snapshotMilliseconds: spread(taken.map((one) => one.snapshot)),
    blobMilliseconds: spread(taken.map((one) => one.blob)),
  };
}

/** 8-bit codes added up 64 times, as a noisy device gives them. */
function codesOf(seed: number): Uint16Array[] {
  const prng = seededPrng(seed);
  const one = Uint16Array.from({ length: devices }, () => prng.below(255 * averages + 1));
  return Array.from({ length: snapshotsATime }, (_, index) => one.map((code) => code ^ index));
}

function snapshotsInto(store: Store): Side {
  const descriptor = descriptorOf(fusion1m, 1);
  const run = store.runs.begin({
    ...{
      command: "bench",
      commandLine: [],
      toolVersion: "",
      gitCommit: null,
      host: {},
      seed: null,
      config: {},
    },
    startedWallSeconds: 0,
  });
  store.chips.attach(run, descriptor);
  const facts = { programming: null, run, requestedAgeSeconds: null, wallSeconds: 0 };
  const calibration = nominalCalibration(descriptor);
  return (codes) => {
    for (const codeSums of codes)
      store.readouts.add({ ...facts, calibration, readout: { ...readoutFacts, codeSums } });
  };
}

const readoutFacts: Omit<Readout, "codeSums"> = {
  ...{ region, averages, readVolts: 0.2, temperatureKelvin: 300, saturatedCells: 0 },
  ...{ firstSampleSeconds: 0, lastSampleSeconds: 1 },
};

/** One BLOB for each region, with the settings of a store. */
function bareSqlite(path: string): { readonly insert: Side; close(): void } {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE blobs (id INTEGER PRIMARY KEY, codes BLOB NOT NULL)");
  const insert = database.prepare("INSERT INTO blobs (codes) VALUES (?)");
  return {
    insert: (codes) => {
      for (const codeSums of codes) insert.run(littleEndianBytes(codeSums));
    },
    close: () => database.close(),
  };
}

/** Of one snapshot. */
function milliseconds(side: Side, codes: readonly Uint16Array[]): number {
  return timed(() => side(codes)) / codes.length;
}

function timed(work: () => void): number {
  const began = systemClock.monotonicSeconds();
  work();
  return 1e3 * (systemClock.monotonicSeconds() - began);
}

/** The file that the commits left; for the traces, brought to as many snapshots as they go through. */
async function measuredFile(path: string, snapshots: number): Promise<Figures> {
  const bytesPerDevice = (await stat(path)).size / snapshots / devices;
  const longer = openStore(path, { mode: "existing" });
  const add = snapshotsInto(longer);
  for (let count = snapshots; count < tracedSnapshots; count += snapshotsATime) add(codesOf(count));
  longer.close();
  const traces = spread(Array.from({ length: 21 }, (_, index) => traceMilliseconds(path, index)));
  return { bytesPerDevice, tracedSnapshots, traceMilliseconds: traces.median, traces };
}

/** Of a store that was opened a moment ago, so that SQLite holds none of its pages yet. */
function traceMilliseconds(path: string, index: number): number {
  const store = openStore(path, { mode: "read" });
  let points = 0;
  const taken = timed(() => {
    points = store.readouts.trace(0, (index * 83) % region.rows, (index * 331) % region.columns).length;
  });
  store.close();
  if (points !== tracedSnapshots) throw new Error(`a trace of ${points} points`);
  return taken;
}

interface Spread {
  readonly median: number;
  /** Between these lies the middle half. */
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

function spread(values: readonly number[]): Spread {
  const rising = values.toSorted((a, b) => a - b);
  const at = (share: number): number => rising[Math.floor(share * (rising.length - 1))] ?? Number.NaN;
  return { median: at(0.5), lowerQuartile: at(0.25), upperQuartile: at(0.75) };
}
