/** Fills a store with a made-up but plausible experiment: drifting, noisy devices by FACTS.md 7.1 from one seed. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { type ConverterCalibration, nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { type Prng, seededPrng } from "../../src/core/prng.ts";
import type { ProgrammingId, ReadoutId, RunId, TileId } from "../../src/store/identity.ts";
import type { NewNetwork, StoredNetwork } from "../../src/store/networks.ts";
import type { ProgrammingCells } from "../../src/store/programming-cells.ts";
import type { Store } from "../../src/store/store.ts";

export const gmaxSiemens = 25e-6;
const averages = 8;

export const descriptor: Descriptor = {
  protocol: "1.0",
  manufacturer: "pcmlab",
  model: "fusion-1m",
  serialNumber: "SIM-0001",
  firmware: "0.1.0",
  emulated: true,
  arrays: [{ name: "main", rows: 512, columns: 2048 }],
  read: {
    adcBits: 8,
    fullScaleSiemens: 40e-6,
    minVolts: 0.05,
    maxVolts: 0.3,
    sampleSeconds: 1e-6,
    maxAverages: 64,
  },
  program: {
    dacBits: 10,
    fullScaleAmperes: 1e-3,
    maxAmperes: 6e-4,
    minWidthSeconds: 5e-8,
    maxWidthSeconds: 1e-5,
    maxTrailingSeconds: 1e-5,
    maxSteps: 16,
  },
  maxCellsPerRequest: 65_536,
  features: ["advance-time"],
};

export interface LayerShape {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

export const smallNetwork: readonly LayerShape[] = [
  { name: "conv1", rows: 27, columns: 16 },
  { name: "stage1.conv1", rows: 144, columns: 16 },
  { name: "fc", rows: 57, columns: 10 },
];

export interface SyntheticOptions {
  readonly seed?: number;
  readonly shapes?: readonly LayerShape[];
  readonly ages?: readonly number[];
  readonly withResults?: boolean;
  readonly networkName?: string;
}

export function fillSynthetic(store: Store, options: SyntheticOptions = {}): void {
  const { seed = 1, shapes = smallNetwork, ages = [25, 3600, 86_400], withResults = true } = options;
  const prng = seededPrng(seed);
  const network = store.networks.put(networkOf(shapes, options.networkName ?? "resnet32.onnx"));
  const program = beginRun(store, "program", 0);
  store.chips.attach(program, descriptor);
  const cells = network.tiles.map((tile) => makeCells(cellCount(tile.region), prng));
  const programmings = network.tiles.map((tile, index) =>
    addProgramming(store, program, tile.id, cells[index]!, 10 + index),
  );
  endRun(store, program, 100);
  const readouts = ages.map((age) => readAll(store, network, programmings, cells, age, prng));
  if (withResults) addResults(store, ages, readouts);
  store.events.add({ run: program, wallSeconds: wall(50), level: "warning", text: "3 cells are stuck" });
}

export const wall = (seconds: number): number => 1_750_000_000 + seconds;

export function beginRun(store: Store, command: string, seconds: number): RunId {
  return store.runs.begin({
    command,
    commandLine: [command, "--chip", "./fusion", "--store", "run.db"],
    toolVersion: "0.1.0",
    gitCommit: "0123456789abcdef0123456789abcdef01234567",
    host: { platform: "linux", node: "v20.20.2", cpus: 2 },
    seed: 1,
    config: { averages },
    startedWallSeconds: wall(seconds),
  });
}

const endRun = (store: Store, run: RunId, seconds: number): void =>
  store.runs.end(run, { endedWallSeconds: wall(seconds), outcome: "completed" });

/** Matrices side by side as pairs of bit lines, wrapped into bands of 512 word lines. */
export function networkOf(shapes: readonly LayerShape[], name: string): NewNetwork {
  let column = 0;
  const tiles = shapes.map(({ rows, columns }, layer) => {
    const region: Region = { array: 0, row: 0, column, rows, columns: 2 * columns };
    column += 2 * columns;
    return { layer, firstRow: 0, firstColumn: 0, rows, columns, region, devices: [0, 1] };
  });
  const layers = shapes.map((shape, index) => ({
    index,
    ...shape,
    kind: shape.name === "fc" ? "gemm" : "conv",
    siemensPerWeight: new Float64Array(shape.columns).fill(gmaxSiemens / (0.5 + 0.1 * index)),
    clipping: { weights: 0, largestError: 0 },
    hasBiasRow: shape.name === "fc",
  }));
  return {
    name,
    onnx: new TextEncoder().encode(`not really ONNX: ${name}`),
    gmaxSiemens,
    options: { pairs: "adjacent" },
    layers,
    tiles,
  };
}

interface SyntheticCells extends ProgrammingCells {
  /** Conductance 20 s after programming, and the drift exponent. */
  readonly programmed: Float32Array;
  readonly exponent: Float32Array;
}

export function makeCells(count: number, prng: Prng): SyntheticCells {
  const targetSiemens = new Float32Array(count);
  const programmed = new Float32Array(count);
  const exponent = new Float32Array(count);
  for (let pair = 0; pair + 1 < count; pair += 2) {
    const weight = Math.max(-1, Math.min(1, prng.normal() / 2.5));
    targetSiemens[pair + (weight > 0 ? 0 : 1)] = Math.abs(weight) * gmaxSiemens;
  }
  for (let cell = 0; cell < count; cell++) {
    const g = (targetSiemens[cell] ?? 0) / gmaxSiemens;
    const sigma = (0.2635 + 1.965 * g - 1.1731 * g * g) * 1e-6;
    programmed[cell] = Math.max(0, (targetSiemens[cell] ?? 0) + sigma * prng.normal());
    const logG = Math.log(Math.max(g, 1e-7));
    const mean = Math.min(0.1, Math.max(0.049, -0.0155 * logG + 0.0244));
    const spread = Math.min(0.045, Math.max(0.008, -0.0125 * logG - 0.0059));
    exponent[cell] = Math.abs(mean + spread * prng.normal());
  }
  const outcomes = Uint8Array.from({ length: count }, () => outcomeCode(prng));
  const iterations = Uint8Array.from(targetSiemens, (g) => (g === 0 ? 1 : 2 + prng.below(8) + prng.below(6)));
  const pulses = Uint16Array.from(iterations, (steps) => steps + 7);
  return { targetSiemens, outcomes, iterations, pulses, programmed, exponent };
}

function outcomeCode(prng: Prng): number {
  const draw = prng.uniform();
  const name =
    draw < 0.99 ? "converged" : draw < 0.995 ? "exhausted" : draw < 0.998 ? "stuck-low" : "stuck-high";
  return cellOutcomes.indexOf(name);
}

export function addProgramming(
  store: Store,
  run: RunId,
  tile: TileId,
  cells: ProgrammingCells,
  endedChipSeconds: number,
): ProgrammingId {
  const { targetSiemens, outcomes, iterations, pulses } = cells;
  return store.programmings.add({
    start: store.programmings.begin({ tile, run, wallSeconds: wall(endedChipSeconds) }),
    complete: true,
    algorithm: { name: "iterative", parameters: { marginSiemens: 0.25e-6, maxIterations: 55 } },
    startedChipSeconds: endedChipSeconds - 1,
    endedChipSeconds,
    bootNote: "boot 1",
    cells: { targetSiemens, outcomes, iterations, pulses },
  });
}

function readAll(
  store: Store,
  network: StoredNetwork,
  programmings: readonly ProgrammingId[],
  cells: readonly SyntheticCells[],
  age: number,
  prng: Prng,
): ReadoutId[] {
  const run = beginRun(store, "read", 100 + age);
  store.chips.attach(run, descriptor);
  const calibration = nominalCalibration(descriptor);
  const ids = network.tiles.map((tile, index) =>
    store.readouts.add({
      programming: programmings[index]!,
      run,
      requestedAgeSeconds: age,
      wallSeconds: wall(100 + age),
      calibration,
      readout: {
        region: tile.region,
        averages,
        readVolts: 0.2,
        codeSums: readCodes(cells[index]!, age, calibration, prng),
        firstSampleSeconds: 10 + index + age,
        lastSampleSeconds: 10.01 + index + age,
        temperatureKelvin: 298.15,
        saturatedCells: 0,
      },
    }),
  );
  endRun(store, run, 110 + age);
  return ids;
}

function readCodes(
  { programmed, exponent, targetSiemens }: SyntheticCells,
  age: number,
  { siemensPerCode: [siemensPerCode = 1] }: ConverterCalibration,
  prng: Prng,
): Uint16Array {
  const decades = Math.log((age + 20) / 20);
  const growth = Math.sqrt(Math.max(0, Math.log((age + 250e-9) / 500e-9)));
  return Uint16Array.from(programmed, (g0, cell) => {
    const relative = Math.max(((targetSiemens[cell] ?? 0) / gmaxSiemens) ** 0.65, 1e-3);
    const noise = Math.min(0.0088 / relative, 0.2) * growth * prng.normal();
    const g = Math.max(0, g0 * Math.exp(-(exponent[cell] ?? 0) * decades) * (1 + noise));
    return Math.min(255 * averages, Math.round((g / siemensPerCode) * averages));
  });
}

function addResults(
  store: Store,
  ages: readonly number[],
  readouts: readonly (readonly ReadoutId[])[],
): void {
  const run = beginRun(store, "infer", 200_000);
  addResult(store, run, null, "digital", 9387, []);
  ages.forEach((age, index) => {
    const lost = Math.log10(Math.max(age, 25) / 25);
    addResult(store, run, age, "none", Math.round(9331 - lost ** 2 * 560), readouts[index] ?? []);
    addResult(store, run, age, "gdc", Math.round(9366 - lost * 24), readouts[index] ?? []);
    addResult(store, run, age, "adabs", Math.round(9371 - lost * 7), readouts[index] ?? []);
  });
  endRun(store, run, 200_300);
}

function addResult(
  store: Store,
  run: RunId,
  ageSeconds: number | null,
  compensation: string,
  correct: number,
  readouts: readonly ReadoutId[],
): void {
  const p = correct / 10_000;
  const half = 1.96 * Math.sqrt((p * (1 - p)) / 10_000);
  const details = { calibrationSha256: "ab".repeat(32), augment: "crop4,flip" };
  const interval = { low: p - half, high: p + half };
  store.results.add({ run, ageSeconds, compensation, images: 10_000, correct, interval, details, readouts });
}
