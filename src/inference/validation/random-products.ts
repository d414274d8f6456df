/** Error of a layer's products with random inputs, which depends on its weights alone: what papers on cores state (FACTS 8.2). */

import { product } from "../../../calibration/gradient-descent/products.ts";
import { randomInputs } from "../../../calibration/gradient-descent/random-inputs.ts";
import type { Prng } from "../../core/prng.ts";
import type { AnalogLayer } from "../../network/layer.ts";
import { productErrors, relativeError } from "../product-errors.ts";

export interface RandomErrors {
  /** ||X (W' - W)|| / ||X W||, the elements of X uniform between -1 and 1: a fraction. */
  readonly mvmError: number;
  /** What is left after the best scale and offset of each column ("residual" of Le Gallo et al. 2023). */
  readonly residual: number;
}

/** The standard error of the error of one column is 1 / sqrt(2 vectors), 3 %; the layer's is less. */
const vectors = 512;
const largestCode = 127;

/**
 * The bias row counts as a row like any other.
 * @param weights of the chip, as software uses them: with the scales of a compensation.
 */
export function randomErrors(layer: AnalogLayer, weights: Float32Array, prng: Prng): RandomErrors {
  const { rows, columns } = layer;
  const inputs = randomInputs({ kind: "uniform" }, vectors * rows, largestCode, prng);
  const wanted = product(inputs, layer.weights, rows);
  const obtained = product(inputs, weights, rows);
  const energy = wanted.reduce((sum, value) => sum + value ** 2, 0);
  if (energy === 0) return { mvmError: 0, residual: 0 };
  const errors = wanted.reduce((sum, value, at) => sum + (obtained[at]! - value) ** 2, 0);
  return {
    mvmError: Math.sqrt(errors / energy),
    residual: relativeError([productErrors(wanted, obtained, columns)]),
  };
}
