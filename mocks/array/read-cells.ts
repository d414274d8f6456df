/**
 * Reads runs of cells: drift, 1/f noise, front-end noise, converter. The hot loop of the emulator: drift in TypeScript, all that
 * draws in a WebAssembly kernel. `readings` of test/mocks/read-reference.ts are plain loops that give the same codes.
 */

import type { Devices } from "../device/devices.ts";
import { ageOf, driftedSiemens } from "../device/drift.ts";
import { golden } from "../device/keyed-normal.ts";
import { amplitude, componentCount, decades, shortestTimeConstant } from "../device/read-noise.ts";
import type { ColumnErrors } from "./column-errors.ts";
import { at, kernel, padded, run, runCells } from "./read-kernel/memory.ts";

/** How one read call converts. */
export interface ReadPlan {
  readonly averages: number;
  readonly sampleSeconds: number;
  readonly codesPerSiemens: number;
  readonly largestCode: number;
  /** Front-end noise of one conversion, rms codes. */
  readonly whiteNoiseCodes: number;
  /** The converter of each bit line. */
  readonly errors: ColumnErrors;
  /** Bit lines of the array and number of its first cell: what the bit line of a cell follows from. */
  readonly columns: number;
  readonly firstCell: number;
  /** Part of a conversion at the largest read voltage that one conversion disturbs a device. */
  readonly disturbance: number;
  /** The noise components below this number may change during the conversions of a cell; the others are held. */
  readonly heldFrom: number;
}

/** Components whose time constants all exceed the time of the averages by this factor are evaluated once a cell. */
const heldFactor = 2;

export function firstHeldComponent(spanSeconds: number, readSeconds: number): number {
  let k = 0;
  while (k < componentCount && shortestTimeConstant(k, readSeconds) < heldFactor * spanSeconds) k++;
  return k;
}

/**
 * Reads the cells one after the other, each `averages` times in equal steps, and fills codeSums with
 * the sums of their codes. Returns the number of cells that hit the largest code.
 */
export function readCells(
  devices: Devices,
  plan: ReadPlan,
  cells: Uint32Array,
  startSeconds: number,
  codeSums: Uint16Array,
): number {
  return inRuns(plan, cells, startSeconds, codeSums, (some, runStart) => {
    loadDevices(devices, plan, some, runStart);
    holdNoise(devices, plan, some.length, runStart);
  });
}

/**
 * Reads reference resistors, which neither drift nor flicker. `cells` are numbered from the first of their array, `siemens` are their
 * conductances, and `mixedSeed` keys the noise of the front end. Otherwise like `readCells`.
 */
export function readResistors(
  plan: ReadPlan,
  mixedSeed: number,
  cells: Uint32Array,
  siemens: Float64Array,
  startSeconds: number,
  codeSums: Uint16Array,
): number {
  const still = { ...plan, heldFrom: 0 };
  return inRuns(still, cells, startSeconds, codeSums, (some, runStart, first) => {
    const { gain, offsetCodes } = plan.errors;
    for (let n = 0; n < some.length; n++) {
      const column = (some[n]! - plan.firstCell) % plan.columns;
      run.codes[n] = siemens[first + n]! * plan.codesPerSiemens * gain[column]!;
      run.offsetCodes[n] = offsetCodes[column]!;
      run.keys[n] = mixedSeed ^ column;
    }
    const { keys, whiteKeys } = run;
    const cellSeconds = plan.averages * plan.sampleSeconds;
    kernel.whiteKeys(keys.byteOffset, padded(some.length), runStart, cellSeconds, whiteKeys.byteOffset);
  });
}

/** Run after run: `load` fills the kernel's memory with what the cells have, then they are converted. */
function inRuns(
  plan: ReadPlan,
  cells: Uint32Array,
  startSeconds: number,
  codeSums: Uint16Array,
  load: (cells: Uint32Array, startSeconds: number, first: number) => void,
): number {
  if (cells.length !== codeSums.length)
    throw new RangeError(`${cells.length} cells for ${codeSums.length} sums`);
  const cellSeconds = plan.averages * plan.sampleSeconds;
  let saturatedCells = 0;
  for (let first = 0; first < cells.length; first += runCells) {
    const some = cells.subarray(first, first + runCells);
    load(some, startSeconds + first * cellSeconds, first);
    saturatedCells += convert(plan, codeSums.subarray(first, first + runCells));
  }
  return saturatedCells;
}

/** Ages and drifted conductances; and reads heat, a little. */
function loadDevices(devices: Devices, plan: ReadPlan, cells: Uint32Array, startSeconds: number): void {
  const { agesSeconds, codes, noiseCodes, offsetCodes, pulses } = run;
  const { relativeNoise, readDose } = devices;
  const { columns, codesPerSiemens, averages } = plan;
  const { gain, offsetCodes: offsets } = plan.errors;
  const cellSeconds = averages * plan.sampleSeconds;
  const dose = averages * plan.disturbance;
  run.cells.set(cells);
  let rowStart = plan.firstCell;
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n]!;
    let column = cell - rowStart;
    if (!(column >= 0 && column < columns)) {
      column = (cell - plan.firstCell) % columns;
      rowStart = cell - column;
    }
    const age = ageOf(devices, cell, startSeconds + n * cellSeconds);
    const quiet = driftedSiemens(devices, cell, age) * codesPerSiemens * gain[column]!;
    agesSeconds[n] = age;
    codes[n] = quiet;
    noiseCodes[n] = quiet * relativeNoise[cell]!;
    offsetCodes[n] = offsets[column]!;
    pulses[n] = devices.pulses[cell]!;
    readDose[cell] = readDose[cell]! + dose;
  }
}

/** Keys of all draws, and the noise components that do not change during the conversions of a cell. */
function holdNoise(devices: Devices, plan: ReadPlan, cells: number, startSeconds: number): void {
  const count = padded(cells);
  loadKeys(devices, count);
  kernel.whiteKeys(
    run.keys.byteOffset,
    count,
    startSeconds,
    plan.averages * plan.sampleSeconds,
    run.whiteKeys.byteOffset,
  );
  sumNoise(count, 0, plan.heldFrom, componentCount);
  const { codes, noiseCodes, noiseSums } = run;
  kernel.addNoise(codes.byteOffset, noiseCodes.byteOffset, noiseSums.byteOffset, count, amplitude);
}

/** Keys of the last pulses and the combs of noise components that they shifted, from the cells and pulses of a run. */
export function loadKeys({ mixedSeed, parameters }: Devices, count: number): void {
  const { cells, pulses, keys, rates } = run;
  const fastestSeconds = shortestTimeConstant(0, parameters.readNoise.readSeconds);
  kernel.pulseKeys(cells.byteOffset, pulses.byteOffset, count, mixedSeed, keys.byteOffset);
  kernel.combRates(keys.byteOffset, count, at.comb, at.shifts, fastestSeconds, rates.byteOffset);
}

/** Noise components from <= k < to of a run, `laterSeconds` after the ages of its devices. */
export function sumNoise(count: number, laterSeconds: number, from: number, to: number): void {
  const { keys, agesSeconds, rates, noiseSums } = run;
  if (from >= to) {
    noiseSums.fill(0);
    return;
  }
  kernel.flicker(
    keys.byteOffset,
    agesSeconds.byteOffset,
    rates.byteOffset,
    count,
    laterSeconds,
    Math.imul(from, golden),
    decades[from]!,
    to - from,
    at.normals,
    noiseSums.byteOffset,
  );
}

function convert(plan: ReadPlan, codeSums: Uint16Array): number {
  const count = padded(codeSums.length);
  run.codeSums.fill(0, 0, count);
  run.saturated.fill(0, 0, count);
  const moves = plan.heldFrom > 0;
  for (let j = 0; j < plan.averages; j++) {
    if (moves) sumNoise(count, j * plan.sampleSeconds, 0, plan.heldFrom);
    kernel.convert(
      run.whiteKeys.byteOffset,
      run.codes.byteOffset,
      run.noiseCodes.byteOffset,
      run.noiseSums.byteOffset,
      run.offsetCodes.byteOffset,
      count,
      moves ? amplitude : 0,
      plan.whiteNoiseCodes,
      plan.largestCode,
      Math.imul(j, golden),
      at.normals,
      run.codeSums.byteOffset,
      run.saturated.byteOffset,
    );
  }
  let saturatedCells = 0;
  for (let n = 0; n < codeSums.length; n++) {
    codeSums[n] = run.codeSums[n]!;
    saturatedCells -= run.saturated[n]!;
  }
  return saturatedCells;
}
