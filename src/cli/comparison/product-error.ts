/** Error of matrix-vector products with random inputs: by the array where the chip multiplies, else with the conductances that were read. */

import { multiplyAll } from "../../../calibration/gradient-descent/estimate.ts";
import { product } from "../../../calibration/gradient-descent/products.ts";
import { randomInputs } from "../../../calibration/gradient-descent/random-inputs.ts";
import { unitCellsOf } from "../../../calibration/gradient-descent/unit-cells.ts";
import type { Chip } from "../../chip/chip.ts";
import { largestInputCode, mvmAbility } from "../../chip/mvm.ts";
import type { WeightBlock } from "../../chip/weight-block.ts";
import type { Prng } from "../../core/prng.ts";
import { type ProductErrors, productErrors } from "../../inference/product-errors.ts";

/** A block and the signed net conductances (S) that its weights are meant to have, row by row. */
export interface BlockTargets {
  readonly block: WeightBlock;
  readonly net: Float32Array;
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
