/** A matrix of conductances as the kernel multiplies it: int16 fixed point, in panels of columns and pairs of rows. */

import { type Blocks, blocksOf, groupRows, panelColumns, type Shape } from "./blocks.ts";

export interface Weights {
  /** What the inputs multiply, S. */
  readonly siemens: Float32Array;
  /** Sum over all devices that load the bit line, S. */
  readonly loadSiemens: Float32Array;
  /** Variance of the noise within one MVM, S^2. */
  readonly variance: Float32Array;
}

export interface PackedMatrix extends Blocks {
  /** panels x pairs of rows x columns of the panel x 2. */
  readonly steps: Int16Array;
  /** Means over groups of rows: panels x pairs of groups x columns of the panel x 2. */
  readonly varianceSteps: Int16Array;
  readonly siemensPerStep: number;
  readonly variancePerStep: number;
  /** Mean load of a row (S): panels x blocks x columns of the panel. */
  readonly blockLoads: Float32Array;
}

/** The largest value of `squares16` of the kernel: four times floor(127^2 / 4). */
const largestSquares = 16_128;
const largestInput = 127;
const largestInt16 = 32_767;
const largestInt32 = 2 ** 31 - 1;

/**
 * Weights are kept to 1/65534 of their range, which is far below the noise of a device.
 *
 * The variance of the noise is known for groups of four rows only: sum of x^2 times mean variance. With independent inputs and
 * weights the noise of an output is right on average, and that of a single one to 1 % (rms) of its standard deviation for 256 rows.
 * @param weights row by row, rows x columns.
 */
export function packMatrix(weights: Weights, shape: Shape): PackedMatrix {
  const blocks = blocksOf(shape);
  const groups = blocks.paddedRows / groupRows;
  const siemensPerStep = stepOf(weights.siemens, largestStep(largestInput, blocks.rowsPerBlock));
  const means = groupMeans(weights.variance, shape);
  const variancePerStep = stepOf(means, largestStep(largestSquares, groups));
  return {
    ...blocks,
    steps: packSteps(weights.siemens, siemensPerStep, shape, blocks.paddedRows),
    varianceSteps: packSteps(means, variancePerStep, groupShape(shape), groups),
    siemensPerStep,
    variancePerStep,
    blockLoads: packLoads(weights.loadSiemens, blocks),
  };
}

const groupShape = ({ rows, columns }: Shape): Shape => ({ rows: Math.ceil(rows / groupRows), columns });

function groupMeans(values: Float32Array, shape: Shape): Float32Array {
  const { rows, columns } = shape;
  const means = new Float32Array(groupShape(shape).rows * columns);
  for (let row = 0; row < rows; row++) {
    const group = Math.floor(row / groupRows);
    const share = 1 / Math.min(groupRows, rows - group * groupRows);
    for (let column = 0; column < columns; column++)
      means[group * columns + column]! += share * values[row * columns + column]!;
  }
  return means;
}

/** So that a sum of `terms` products with inputs up to `input` fits 32 bits. */
const largestStep = (input: number, terms: number): number =>
  Math.min(largestInt16, Math.floor(largestInt32 / (input * terms)));

/** The resolution at which the largest value is `largest` steps. */
function stepOf(values: Float32Array, largest: number): number {
  let range = 0;
  for (let n = 0; n < values.length; n++) range = Math.max(range, Math.abs(values[n]!));
  return range === 0 ? 1 : range / largest;
}

function packSteps(values: Float32Array, step: number, shape: Shape, paddedRows: number): Int16Array {
  const { rows, columns } = shape;
  const packed = new Int16Array(Math.ceil(columns / panelColumns) * panelColumns * paddedRows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const panel = Math.floor(column / panelColumns);
      const pair = (panel * paddedRows + (row & ~1)) * panelColumns;
      packed[pair + 2 * (column % panelColumns) + (row & 1)] = Math.round(
        values[row * columns + column]! / step,
      );
    }
  }
  return packed;
}

function packLoads(
  values: Float32Array,
  { rows, columns, rowsPerBlock, blocks, panels }: Blocks,
): Float32Array {
  const loads = new Float32Array(panels * blocks * panelColumns);
  for (let row = 0; row < rows; row++) {
    const block = Math.floor(row / rowsPerBlock);
    const rowsHere = Math.min(rowsPerBlock, rows - block * rowsPerBlock);
    for (let column = 0; column < columns; column++) {
      const panel = Math.floor(column / panelColumns);
      loads[(panel * blocks + block) * panelColumns + (column % panelColumns)]! +=
        values[row * columns + column]! / rowsHere;
    }
  }
  return loads;
}
