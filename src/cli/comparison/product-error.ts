/** Error of matrix-vector products with random inputs: by the array where the chip multiplies, else with the conductances that were read. */

import { multiplyAll } from "../../../calibration/gradient-descent/estimate.ts";
import { product } from "../../../calibration/gradient-descent/products.ts";
import { randomInputs } from "../../../calibration/gradient-descent/random-inputs.ts";
import { unitCellsOf } from "../../../calibration/gradient-descent/unit-cells.ts";
import type { Chip } from "../../chip/chip.ts";
import { largestInputCode, mvmAbility } from "../../chip/mvm.ts";
import type { WeightBlock } from "../../chip/weight-block.ts";
import type { Prng } from "../../core/prng.ts";

/** A block and the signed net conductances (S) that its weights are meant to have, row by row. */
export interface BlockTargets {
  readonly block: WeightBlock;
  readonly net: Float32Array;
}

/** Sums of squares, which add up over columns and blocks. */
export interface ProductErrors {
  /** Of wanted less obtained products, in the units of the wanted ones. */
  readonly errors: number;
  /** Of the wanted products. */
  readonly wanted: number;
}

/** Random vectors of a measurement: a standard error of 2 % for one column, and less for all together. */
export const vectors = 1024;
const usualLargest = 127;

/** Products of the block in the array of the chip. @param random gives equal inputs to all that are to be compared. */
export async function productsInArray(
  chip: Chip,
  { block, net }: BlockTargets,
  random: Prng,
): Promise<ProductErrors> {
  const { cells } = unitCellsOf(block, chip.descriptor);
  const ability = mvmAbility(chip.descriptor);
  const inputs = randomInputs({ kind: "uniform" }, vectors * block.rows, largestInputCode(ability), random);
  const phases = ability.phases.includes(1) ? 1 : 4;
  const outputs = await multiplyAll(chip, cells, phases, inputs);
  return productErrors(product(inputs, net, block.rows), outputs, block.columns);
}

/** Exact products with the net conductances (S) that were read. */
export function productsOfReadings(
  { block, net }: BlockTargets,
  read: Float32Array,
  random: Prng,
): ProductErrors {
  const inputs = randomInputs({ kind: "uniform" }, vectors * block.rows, usualLargest, random);
  return productErrors(product(inputs, net, block.rows), product(inputs, read, block.rows), block.columns);
}

/**
 * What is left of the errors after the best scale and offset of each column, which the digital periphery of a core applies (FACTS 8.1)
 * and which take out drift that all devices have in common.
 * @param wanted and `obtained`: vectors x columns, vector by vector.
 */
export function productErrors(
  wanted: ArrayLike<number>,
  obtained: ArrayLike<number>,
  columns: number,
): ProductErrors {
  let errors = 0;
  let squares = 0;
  for (let column = 0; column < columns; column++) {
    const { xx, xy, yy, square } = momentsOf(wanted, obtained, column, columns);
    errors += xx > 0 ? Math.max(0, yy - (xy * xy) / xx) : yy;
    squares += square;
  }
  return { errors, wanted: squares };
}

/** Centred moments of a column, x obtained and y wanted, and the plain square of y. */
function momentsOf(wanted: ArrayLike<number>, obtained: ArrayLike<number>, column: number, columns: number) {
  const count = wanted.length / columns;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  let square = 0;
  for (let n = column; n < wanted.length; n += columns) {
    const x = obtained[n]!;
    const y = wanted[n]!;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
    square += y * y;
  }
  return {
    xx: sumXX - (sumX * sumX) / count,
    xy: sumXY - (sumX * sumY) / count,
    yy: square - (sumY * sumY) / count,
    square,
  };
}

/** Root mean square of the errors over that of the wanted products. */
export const relativeError = (parts: readonly ProductErrors[]): number =>
  Math.sqrt(
    parts.reduce((sum, { errors }) => sum + errors, 0) / parts.reduce((sum, { wanted }) => sum + wanted, 0),
  );
