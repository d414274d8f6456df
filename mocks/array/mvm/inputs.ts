/** Puts the vectors of one pass into the memory of the kernel: their codes, and what the lengths of their pulses mean. */

import { mix, timeBits } from "../../device/keyed-normal.ts";
import type { Converters } from "./converters.ts";
import { overlapOf } from "./ir-drop.ts";
import { type KernelMemory, vectorBytes } from "./kernel-memory.ts";
import type { PackedMatrix } from "./packed-matrix.ts";

/** Which inputs a phase takes: all of them, or those of one sign as positive numbers. */
export type Polarity = "both" | "positive" | "negative";

/** What `widen` of the kernel makes of an input code: the larger of sign x code and least. */
const polarities = {
  both: { sign: 1, least: -127 },
  positive: { sign: 1, least: 0 },
  negative: { sign: -1, least: 0 },
} as const;

/** `inputs` are the vectors of one pass, shape vectors x rows, and `secondsOf` the chip time at which each is multiplied. */
export function loadInputs(
  memory: KernelMemory,
  converters: Converters,
  matrix: PackedMatrix,
  inputs: Int8Array,
  polarity: Polarity,
  secondsOf: (vector: number) => number,
): void {
  const { kernel, at, int32 } = memory;
  const { paddedRows, blocks, rowsPerBlock } = matrix;
  const { sign, least } = polarities[polarity];
  const vectors = inputs.length / matrix.rows;
  const count = loadCodes(memory, matrix, inputs) * paddedRows;
  kernel.widen(at.codes, count, sign, least, at.codes16, at.squares16);
  kernel.pulses(at.codes16, at.squares16, vectors, blocks, 2 * rowsPerBlock, at.vectors, vectorBytes);
  for (let v = 0; v < vectors; v++) {
    const record = (at.vectors + v * vectorBytes) / 4;
    int32[record] = mix(timeBits(secondsOf(v)));
    weighPulses(memory, converters, matrix, record);
  }
}

/** Rows and vectors are filled up with zeros; returns the number of vectors with those. */
function loadCodes({ at, int8 }: KernelMemory, matrix: PackedMatrix, inputs: Int8Array): number {
  const { rows, paddedRows } = matrix;
  const padded = 4 * Math.ceil(inputs.length / rows / 4);
  int8.fill(0, at.codes, at.codes + padded * paddedRows);
  if (rows === paddedRows) int8.set(inputs, at.codes);
  else
    for (let v = 0; v * rows < inputs.length; v++)
      int8.set(inputs.subarray(v * rows, (v + 1) * rows), at.codes + v * paddedRows);
  return padded;
}

/** squares16 of the kernel are quarters. */
const squareUnit = 4;

/** What the pulses of one vector mean for its noise and its load. */
function weighPulses(
  { float32 }: KernelMemory,
  { largestInput, siemensPerCode, varianceFactor }: Converters,
  { rows, blocks, variancePerStep }: PackedMatrix,
  record: number,
): void {
  let sum = 0;
  for (let block = 0; block < blocks; block++) sum += float32[record + 4 + block]!;
  const mean = sum / (rows * largestInput);
  const meanSquare = (squareUnit * float32[record + 3]!) / (rows * largestInput ** 2);
  const variancePerSum = (squareUnit * variancePerStep) / (largestInput * siemensPerCode) ** 2;
  float32[record + 1] = variancePerSum * varianceFactor(mean);
  float32[record + 2] = overlapOf(mean, meanSquare) / largestInput;
}
