/**
 * Errors of weights from errors of products: the gradient E^T X / B of the mean squared error over B random vectors, divided by the
 * mean square of an input, is the error of each weight plus what the errors of the other rows and noise leave by chance.
 */

import { matrixProduct, product, transposedProduct } from "./products.ts";

export interface WeightErrors {
  /** Measured less target, in the unit of `errors` per input code; rows x columns. */
  readonly values: Float64Array;
  /** Standard deviation of the values of each column from chance. */
  readonly deviations: Float64Array;
}

/**
 * @param inputs codes, vectors x rows. @param errors of the products, vectors x columns.
 * @param refinements Richardson steps D += (G - C D) / mean square towards the least-squares solution, with the gradient G and the
 * covariance C of the inputs. They converge when there are several times more vectors than rows.
 */
export function weightErrors(
  inputs: Int8Array,
  errors: Float64Array,
  rows: number,
  refinements: number,
): WeightErrors {
  const vectors = inputs.length / rows;
  const columns = errors.length / vectors;
  const square = meanSquare(inputs);
  const perSum = 1 / (vectors * square);
  const gradient = transposedProduct(inputs, errors, rows).map((sum) => sum * perSum);
  let values = gradient;
  if (refinements > 0) {
    const covariance = transposedProduct(inputs, inputs, rows).map((sum) => sum * perSum);
    for (let n = 0; n < refinements; n++) {
      const explained = matrixProduct(covariance, values, rows);
      values = values.map((value, i) => value + gradient[i]! - explained[i]!);
    }
  }
  if (refinements === 0) return { values, deviations: deviationsOf(errors, columns, vectors, square) };
  // A fit of `rows` values to `vectors` errors leaves less than their noise.
  const freedom = vectors / Math.max(1, vectors - rows);
  const deviations = deviationsOf(unexplained(inputs, errors, values, rows), columns, vectors, square);
  return { values, deviations: deviations.map((deviation) => deviation * freedom) };
}

function unexplained(
  inputs: Int8Array,
  errors: Float64Array,
  values: Float64Array,
  rows: number,
): Float64Array {
  const explained = product(inputs, values, rows);
  return errors.map((error, n) => error - explained[n]!);
}

/** Of a mean over the vectors of input x error, over the mean square of the inputs. */
function deviationsOf(errors: Float64Array, columns: number, vectors: number, square: number): Float64Array {
  const deviations = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let n = column; n < errors.length; n += columns) sum += errors[n]! ** 2;
    deviations[column] = Math.sqrt(sum / vectors / (vectors * square));
  }
  return deviations;
}

function meanSquare(inputs: Int8Array): number {
  let sum = 0;
  for (let n = 0; n < inputs.length; n++) sum += inputs[n]! ** 2;
  return sum / inputs.length;
}
