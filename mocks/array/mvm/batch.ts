/** All conversions of a batch of vectors, through the kernel. */

import { groupRows, panelColumns } from "./blocks.ts";
import { type Converters, loadMatrix } from "./converters.ts";
import { loadInputs, type Polarity } from "./inputs.ts";
import { lineGeometry } from "./ir-drop.ts";
import { columnBytes, type KernelMemory, passVectors, vectorBytes } from "./kernel-memory.ts";
import type { PackedMatrix } from "./packed-matrix.ts";

/** One conversion of every output. */
export interface Phase {
  readonly polarity: Polarity;
  /** Index in the matrices of the batch. */
  readonly matrix: number;
  /** How its code counts in the output. */
  readonly term: 1 | -1;
}

export interface Batch {
  /** One or two matrices of one shape. */
  readonly matrices: readonly PackedMatrix[];
  /** Place of the matrices on the chip. */
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly phases: readonly Phase[];
  /** vectors x rows */
  readonly inputs: Int8Array;
  readonly startSeconds: number;
  readonly phaseSeconds: number;
}

export interface BatchDone {
  /** vectors x columns */
  readonly outputs: Int16Array;
  readonly saturatedOutputs: number;
}

/** Vector after vector, each with all its phases. The memory is overwritten. */
export function multiplyBatch(memory: KernelMemory, converters: Converters, batch: Batch): BatchDone {
  const { matrices, inputs, firstColumn } = batch;
  const { rows, columns } = matrices[0]!;
  const vectors = inputs.length / rows;
  const outputs = new Int16Array(vectors * columns);
  matrices.forEach((matrix, n) => {
    loadMatrix(memory, memory.at.slots[n]!, converters, matrix, firstColumn);
  });
  let saturatedOutputs = 0;
  for (let first = 0; first < vectors; first += passVectors) {
    const some = outputs.subarray(first * columns, (first + passVectors) * columns);
    convertPass(memory, converters, batch, first);
    saturatedOutputs += storeOutputs(memory, matrices[0]!, some);
  }
  return { outputs, saturatedOutputs };
}

function convertPass(memory: KernelMemory, converters: Converters, batch: Batch, first: number): void {
  const { at, int16 } = memory;
  const { rows, panels } = batch.matrices[0]!;
  const inputs = batch.inputs.subarray(first * rows, (first + passVectors) * rows);
  const outputs = passVectors * panels * panelColumns;
  int16.fill(0, at.outputs / 2, at.outputs / 2 + outputs);
  int16.fill(0, at.saturated / 2, at.saturated / 2 + outputs);
  for (const [n, phase] of batch.phases.entries()) {
    const matrix = batch.matrices[phase.matrix]!;
    const secondsOf = (vector: number): number =>
      batch.startSeconds + ((first + vector) * batch.phases.length + n) * batch.phaseSeconds;
    loadInputs(memory, converters, matrix, inputs, phase.polarity, secondsOf);
    convertPhase(memory, converters, batch, phase, inputs.length / rows);
  }
}

function convertPhase(
  { kernel, at }: KernelMemory,
  { largestInput, siemensPerCode, conversionNoiseCodes, largestCode }: Converters,
  { matrices, firstRow }: Batch,
  phase: Phase,
  vectors: number,
): void {
  const matrix = matrices[phase.matrix]!;
  const places = at.slots[phase.matrix]!;
  const { paddedRows, panels, blocks, rowsPerBlock, siemensPerStep } = matrix;
  const { nearWeight, ownShare } = lineGeometry(matrix, firstRow);
  const { netSums, varianceSums } = at;
  const codesPerSum = siemensPerStep / (largestInput * siemensPerCode);
  const conversionVariance = conversionNoiseCodes ** 2;
  const fours = Math.ceil(vectors / 4);
  const groups = paddedRows / groupRows;
  const rowBytes = 2 * panelColumns;
  for (let panel = 0; panel < panels; panel++) {
    const steps = places.steps + panel * paddedRows * rowBytes;
    const varianceSteps = places.varianceSteps + panel * groups * rowBytes;
    const columns = places.columns + panel * columnBytes;
    const outputs = at.outputs + panel * rowBytes;
    const saturated = at.saturated + panel * rowBytes;
    kernel.products(at.codes16, 2 * paddedRows, fours, steps, blocks, rowsPerBlock * rowBytes, netSums);
    kernel.products(at.squares16, 2 * groups, fours, varianceSteps, 1, groups * rowBytes, varianceSums);
    // biome-ignore format: four lines that group what belongs together.
    kernel.convert(
      netSums, varianceSums, fours, blocks, at.vectors, vectorBytes, columns, at.normals,
      outputs, saturated, panels * rowBytes, phase.term,
      codesPerSum, nearWeight, ownShare, conversionVariance, largestCode,
    );
  }
}

/** Returns the number of saturated outputs. */
function storeOutputs(
  { kernel, at, int16 }: KernelMemory,
  matrix: PackedMatrix,
  outputs: Int16Array,
): number {
  const { columns, panels } = matrix;
  const vectors = outputs.length / columns;
  const stride = panels * panelColumns;
  const from = at.outputs / 2;
  // One copy for all vectors of whole panels: a copy for each takes a tenth of the time of a large MVM.
  if (columns === stride) outputs.set(int16.subarray(from, from + outputs.length));
  else
    for (let v = 0; v < vectors; v++)
      outputs.set(int16.subarray(from + v * stride, from + v * stride + columns), v * columns);
  return kernel.countSet(at.saturated, vectors * stride);
}
