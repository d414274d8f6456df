/**
 * Reads a run of cells: drift, 1/f noise, front-end noise, converter. The hot loop of the emulator, in passes
 * over the run that share typed arrays, because V8 inlines each pass whole and boxes no numbers between them: twice as
 * fast as a call for each cell.
 */

import type { Devices } from "../device/devices.ts";
import { ageOf, driftedSiemens } from "../device/drift.ts";
import { drawOf, eventKey, mix, normalTable, normalTableShift, timeBits } from "../device/keyed-normal.ts";
import { componentCount, componentSum, fastestRate, shortestTimeConstant } from "../device/read-noise.ts";
import type { ColumnErrors } from "./column-errors.ts";

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

/** What the conversions of each cell of a run have in common. */
export interface Run {
  readonly keys: Int32Array;
  readonly whiteKeys: Int32Array;
  readonly agesSeconds: Float64Array;
  /** Renewal rates of the fastest noise component (1/s). */
  readonly rates: Float64Array;
  /** Conductance without noise, in codes. */
  readonly codes: Float64Array;
  /** Q_s in codes. */
  readonly noiseCodes: Float64Array;
  /** Sum of the held noise components, in units of Q_s. */
  readonly held: Float64Array;
  readonly offsetCodes: Float64Array;
}

/** Components whose time constants all exceed the time of the averages by this factor are evaluated once a cell. */
const heldFactor = 2;

export function firstHeldComponent(spanSeconds: number, readSeconds: number): number {
  let k = 0;
  while (k < componentCount && shortestTimeConstant(k, readSeconds) < heldFactor * spanSeconds) k++;
  return k;
}

/** Scratch space for runs of `cells` cells. */
export function createRun(cells: number): Run {
  return {
    keys: new Int32Array(cells),
    whiteKeys: new Int32Array(cells),
    agesSeconds: new Float64Array(cells),
    rates: new Float64Array(cells),
    codes: new Float64Array(cells),
    noiseCodes: new Float64Array(cells),
    held: new Float64Array(cells),
    offsetCodes: new Float64Array(cells),
  };
}

/**
 * Reads the cells one after the other, each `averages` times in equal steps, and fills codeSums with
 * the sums of their codes. `run` is overwritten. Returns the number of cells that hit the largest code.
 */
export function readCells(
  devices: Devices,
  plan: ReadPlan,
  cells: Uint32Array,
  startSeconds: number,
  run: Run,
  codeSums: Uint16Array,
): number {
  if (cells.length !== codeSums.length || cells.length > run.keys.length)
    throw new RangeError(`${cells.length} cells for ${codeSums.length} sums in a run of ${run.keys.length}`);
  prepareSignal(devices, plan, cells, startSeconds, run);
  prepareNoise(devices, plan, cells, run);
  disturb(devices, plan, cells);
  return convert(plan, run, codeSums);
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
  const run = createRun(cells.length);
  const cellSeconds = plan.averages * plan.sampleSeconds;
  for (let n = 0; n < cells.length; n++) {
    const column = (cells[n]! - plan.firstCell) % plan.columns;
    run.codes[n] = siemens[n]! * plan.codesPerSiemens * plan.errors.gain[column]!;
    run.offsetCodes[n] = plan.errors.offsetCodes[column]!;
    run.whiteKeys[n] = mix(mixedSeed ^ column ^ timeBits(startSeconds + n * cellSeconds));
  }
  return convert(plan, run, codeSums);
}

function prepareSignal(
  devices: Devices,
  plan: ReadPlan,
  cells: Uint32Array,
  startSeconds: number,
  run: Run,
): void {
  const cellSeconds = plan.averages * plan.sampleSeconds;
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n]!;
    const seconds = startSeconds + n * cellSeconds;
    const age = ageOf(devices, cell, seconds);
    const column = (cell - plan.firstCell) % plan.columns;
    const codes = driftedSiemens(devices, cell, age) * plan.codesPerSiemens * plan.errors.gain[column]!;
    run.agesSeconds[n] = age;
    run.offsetCodes[n] = plan.errors.offsetCodes[column]!;
    run.codes[n] = codes;
    run.noiseCodes[n] = codes * devices.relativeNoise[cell]!;
    run.whiteKeys[n] = timeBits(seconds);
  }
}

function prepareNoise(devices: Devices, plan: ReadPlan, cells: Uint32Array, run: Run): void {
  const { readSeconds } = devices.parameters.readNoise;
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n]!;
    const key = eventKey(devices.mixedSeed, cell, devices.pulses[cell]!);
    const rate = fastestRate(key, readSeconds);
    run.keys[n] = key;
    run.rates[n] = rate;
    run.held[n] = componentSum(key, rate, run.agesSeconds[n]!, plan.heldFrom, componentCount);
    run.whiteKeys[n] = mix(key ^ run.whiteKeys[n]!);
  }
}

/** Reads heat, a little. */
function disturb(devices: Devices, { averages, disturbance }: ReadPlan, cells: Uint32Array): void {
  const dose = averages * disturbance;
  for (let n = 0; n < cells.length; n++) devices.readDose[cells[n]!] = devices.readDose[cells[n]!]! + dose;
}

function convert(plan: ReadPlan, run: Run, codeSums: Uint16Array): number {
  const { averages, sampleSeconds, largestCode, whiteNoiseCodes, heldFrom } = plan;
  let saturatedCells = 0;
  for (let n = 0; n < codeSums.length; n++) {
    const key = run.keys[n]!;
    const whiteKey = run.whiteKeys[n]!;
    const age = run.agesSeconds[n]!;
    const rate = run.rates[n]!;
    const noiseCodes = run.noiseCodes[n]!;
    const heldCodes = run.codes[n]! + noiseCodes * run.held[n]!;
    const rounding = run.offsetCodes[n]! + 0.5;
    let sum = 0;
    let saturated = 0;
    for (let j = 0; j < averages; j++) {
      const moving = componentSum(key, rate, age + j * sampleSeconds, 0, heldFrom);
      const frontEnd = whiteNoiseCodes * normalTable[drawOf(whiteKey, j) >>> normalTableShift]!;
      const codes = Math.max(0, heldCodes + noiseCodes * moving) + frontEnd + rounding;
      if (codes >= largestCode) {
        saturated = 1;
        sum += largestCode;
      } else if (codes >= 1) sum += codes | 0;
    }
    codeSums[n] = sum;
    saturatedCells += saturated;
  }
  return saturatedCells;
}
