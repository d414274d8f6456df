/** Error of a layer's products with random inputs, which depends on its weights alone: what papers on cores state (FACTS 8.2). */

import { product } from "../../../calibration/gradient-descent/products.ts";
import { randomInputs } from "../../../calibration/gradient-descent/random-inputs.ts";
import type { Prng } from "../../core/prng.ts";
import type { AnalogLayer } from "../../network/layer.ts";

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
  const errors = product(
    inputs,
    weights.map((weight, at) => weight - layer.weights[at]!),
    rows,
  );
  const energy = sumOfSquares(wanted);
  if (energy === 0) return { mvmError: 0, residual: 0 };
  let left = 0;
  for (let column = 0; column < columns; column++) left += residualOf(wanted, errors, column, columns);
  return { mvmError: Math.sqrt(sumOfSquares(errors) / energy), residual: Math.sqrt(left / energy) };
}

const sumOfSquares = (values: Float64Array): number => values.reduce((sum, value) => sum + value ** 2, 0);

/** Squared errors of a column after linear regression of what was wanted on what was obtained. */
function residualOf(wanted: Float64Array, errors: Float64Array, column: number, columns: number): number {
  const count = wanted.length / columns;
  const sums = { x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
  for (let at = column; at < wanted.length; at += columns) {
    const y = wanted[at]!;
    const x = y + errors[at]!;
    sums.x += x;
    sums.y += y;
    sums.xx += x * x;
    sums.xy += x * y;
    sums.yy += y * y;
  }
  const xx = sums.xx - sums.x ** 2 / count;
  const xy = sums.xy - (sums.x * sums.y) / count;
  const yy = sums.yy - sums.y ** 2 / count;
  return Math.max(0, xx > 0 ? yy - xy ** 2 / xx : yy);
}
