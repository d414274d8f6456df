/**
 * The WebAssembly kernel of readings (kernel.wat) with its memory, and where in it things lie. One for all chips of a process: a
 * run of cells is scratch, and nobody reads what an earlier one left there.
 */

import { draw } from "../../device/events.ts";
import { golden, normalTable } from "../../device/keyed-normal.ts";
import { combShifts } from "../../device/read-noise.ts";
import { kernelBase64 } from "./kernel.ts";

/** Addresses are in bytes; `count` is a multiple of four; kernel.wat says what each function does. */
interface Kernel {
  pulseKeys(cells: number, pulses: number, count: number, seed: number, keys: number): void;
  combRates(
    keys: number,
    count: number,
    comb: number,
    shifts: number,
    fastestSeconds: number,
    rates: number,
  ): void;
  whiteKeys(keys: number, count: number, start: number, step: number, whiteKeys: number): void;
  flicker(
    keys: number,
    ages: number,
    rates: number,
    count: number,
    later: number,
    salts: number,
    decade: number,
    components: number,
    normals: number,
    sums: number,
  ): void;
  addNoise(codes: number, noise: number, sums: number, count: number, amplitude: number): void;
  convert(
    whiteKeys: number,
    codes: number,
    noise: number,
    moving: number,
    offsets: number,
    count: number,
    amplitude: number,
    white: number,
    largest: number,
    draw: number,
    normals: number,
    sums: number,
    saturated: number,
  ): void;
}

/** Cells of one run: enough to keep the passes over it busy, few enough for it to stay in the cache. */
export const runCells = 1024;

const pageBytes = 65_536;
const pages = 2;

/** TypeScript declares WebAssembly with the types of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const memory = new WebAssembly.Memory({ initial: pages });
const module = new WebAssembly.Module(Buffer.from(kernelBase64, "base64"));
export const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernel;

let allotted = 0;
function allot(bytes: number): number {
  const at = allotted;
  allotted += bytes;
  if (allotted > pages * pageBytes)
    throw new RangeError(`${pages} pages are too few for the kernel's arrays`);
  return at;
}

const int32Run = (): Int32Array => new Int32Array(memory.buffer, allot(4 * runCells), runCells);
const float64Run = (): Float64Array => new Float64Array(memory.buffer, allot(8 * runCells), runCells);

const normals = new Float32Array(memory.buffer, allot(normalTable.byteLength), normalTable.length);
normals.set(normalTable);
const shifts = new Float64Array(memory.buffer, allot(combShifts.byteLength), combShifts.length);
shifts.set(combShifts);

/** What the cells of a run have, one value each, in the memory of the kernel. */
export const run = {
  cells: int32Run(),
  /** Pulses that each has had. */
  pulses: int32Run(),
  /** `eventKey` of the last pulse. */
  keys: int32Run(),
  /** Keys of the noise of the front end. */
  whiteKeys: int32Run(),
  agesSeconds: float64Run(),
  /** Renewal rates of the fastest noise component (1/s). */
  rates: float64Run(),
  /** Sums of normals of noise components, to be multiplied with their amplitude. */
  noiseSums: float64Run(),
  /** Conductance in codes: without noise, or with the components that a reading holds. */
  codes: float64Run(),
  /** Q_s in codes. */
  noiseCodes: float64Run(),
  offsetCodes: float64Run(),
  codeSums: int32Run(),
  /** -1 where a conversion gave the largest code. */
  saturated: int32Run(),
} as const;

/** Addresses for the kernel. */
export const at = {
  normals: normals.byteOffset,
  shifts: shifts.byteOffset,
  comb: Math.imul(draw.noiseComb, golden),
} as const;

export const padded = (count: number): number => (count + 3) & ~3;
