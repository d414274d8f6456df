/** The WebAssembly kernel (kernel.wat) with its memory, and where in it things lie. */

import { normalTable } from "../../device/keyed-normal.ts";
import { groupRows, maxBlocks, mostPaddedRows, panelColumns, type Shape } from "./blocks.ts";
import { kernelBase64 } from "./kernel.ts";

/** Addresses are in bytes; kernel.wat says what each array holds. */
export interface Kernel {
  widen(codes: number, count: number, sign: number, least: number, codes16: number, squares16: number): void;
  pulses(
    codes16: number,
    squares16: number,
    count: number,
    blocks: number,
    blockBytes: number,
    vectors: number,
    vectorBytes: number,
  ): void;
  products(
    x: number,
    stride: number,
    fours: number,
    panel: number,
    blocks: number,
    blockBytes: number,
    sums: number,
  ): void;
  convert(
    netSums: number,
    varianceSums: number,
    fours: number,
    blocks: number,
    vectors: number,
    vectorBytes: number,
    columns: number,
    normals: number,
    outputs: number,
    saturated: number,
    outputStride: number,
    term: number,
    codesPerSum: number,
    nearWeight: number,
    ownShare: number,
    conversionVariance: number,
    largestCode: number,
  ): void;
  countSet(flags: number, count: number): number;
}

/** Vectors of one pass: enough to use a panel often while it is in the cache, few enough for their sums to stay there too. */
export const passVectors = 64;

/** Bytes of the record of a vector, and of a panel of columns. */
export const vectorBytes = 16 + 4 * maxBlocks;
export const columnBytes = (3 + maxBlocks) * 4 * panelColumns;

/** Where things lie, bytes from the beginning of the memory. */
export interface Places {
  readonly codes: number;
  readonly codes16: number;
  readonly squares16: number;
  readonly slots: readonly MatrixPlaces[];
  readonly netSums: number;
  readonly varianceSums: number;
  readonly vectors: number;
  readonly normals: number;
  readonly outputs: number;
  readonly saturated: number;
}

/** Where one matrix lies: its panels and the records of its columns. */
export interface MatrixPlaces {
  readonly steps: number;
  readonly varianceSteps: number;
  readonly columns: number;
}

export interface KernelMemory {
  readonly kernel: Kernel;
  readonly at: Places;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly float32: Float32Array;
}

/** TypeScript declares WebAssembly with the types of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const pageBytes = 65_536;

/** A kernel with room for two matrices of at most this shape. */
export function createKernel(largest: Shape): KernelMemory {
  const { at, bytes } = placesOf(largest);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const module = new WebAssembly.Module(Buffer.from(kernelBase64, "base64"));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const float32 = new Float32Array(memory.buffer);
  float32.set(normalTable, at.normals / 4);
  return {
    kernel: exports as Kernel,
    at,
    int8: new Int8Array(memory.buffer),
    int16: new Int16Array(memory.buffer),
    int32: new Int32Array(memory.buffer),
    float32,
  };
}

function placesOf({ rows, columns }: Shape): { at: Places; bytes: number } {
  let bytes = 0;
  const allot = (size: number): number => {
    const place = bytes;
    bytes += Math.ceil(size / 16) * 16;
    return place;
  };
  const paddedRows = mostPaddedRows(rows);
  const groups = paddedRows / groupRows;
  const panels = Math.ceil(columns / panelColumns);
  const slot = (): MatrixPlaces => ({
    steps: allot(2 * panels * panelColumns * paddedRows),
    varianceSteps: allot(2 * panels * panelColumns * groups),
    columns: allot(panels * columnBytes),
  });
  const at = {
    codes: allot(passVectors * paddedRows),
    codes16: allot(2 * passVectors * paddedRows),
    squares16: allot(2 * passVectors * groups),
    slots: [slot(), slot()],
    netSums: allot(4 * passVectors * panelColumns * maxBlocks),
    varianceSums: allot(4 * passVectors * panelColumns),
    vectors: allot(passVectors * vectorBytes),
    normals: allot(normalTable.byteLength),
    outputs: allot(2 * passVectors * panels * panelColumns),
    saturated: allot(2 * passVectors * panels * panelColumns),
  };
  return { at, bytes };
}
