/** Weight tensors of a file to the matrix of the array (rows x columns, row by row), and back. */

import type { AnalogLayer, WeightLayout } from "./layer.ts";

/**
 * The matrix of a weight tensor in C order, with the bias as a last row when one is given.
 * `values` has rows * columns elements, `bias` has `columns`.
 */
export function matrixOf(
  values: Float32Array,
  columns: number,
  layout: WeightLayout,
  bias: Float32Array | undefined,
): Float32Array {
  const body = layout === "rows-first" ? values : transposed(values, columns, values.length / columns);
  const matrix = new Float32Array(body.length + (bias?.length ?? 0));
  matrix.set(body);
  if (bias !== undefined) matrix.set(bias, body.length);
  return matrix;
}

/** The tensor in the shape `layer.weightDims` and the bias that the node takes, from effective weights (rows x columns). */
export function tensorsOf(
  layer: AnalogLayer,
  weights: Float32Array,
): { readonly weight: Float32Array; readonly bias: Float32Array | undefined } {
  assertMatrix(layer, weights);
  const bodyRows = layer.biasInArray ? layer.rows - 1 : layer.rows;
  const body = weights.subarray(0, bodyRows * layer.columns);
  const weight = layer.layout === "rows-first" ? body : transposed(body, bodyRows, layer.columns);
  return { weight, bias: layer.biasInArray ? weights.subarray(body.length) : layer.digitalBias };
}

/** @throws TypeError when `weights` is not a matrix of the layer's size. */
export function assertMatrix(layer: AnalogLayer, weights: ArrayLike<number>): void {
  if (weights.length === layer.rows * layer.columns) return;
  throw new TypeError(
    `layer "${layer.name}" has ${layer.rows} x ${layer.columns} weights, not ${weights.length}`,
  );
}

/** The transpose of a matrix of `rows` x `columns`, row by row. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column]!;
    }
  }
  return result;
}
