/** The linear algebra of a fit over the readings that are kept: from residuals to corrections of the parameters. */

import { inverse } from "./cholesky.ts";

export interface Design {
  /** (X' V^-1 X)^-1. */
  readonly covariance: Float64Array;
  /** Correction of parameter q for one unit of residual in kept reading i at [q * k + i]: (X' V^-1 X)^-1 X' V^-1. */
  readonly gain: Float64Array;
}

/** Undefined where the readings do not tell the parameters apart. */
export function designOf(
  whitener: Float64Array,
  kept: Uint16Array,
  p: number,
  columns: Float64Array,
): Design | undefined {
  const k = kept.length;
  const white = Array.from({ length: p }, (_, q) =>
    times(
      whitener,
      kept,
      columns.filter((_, at) => at % p === q),
    ),
  );
  const normal = new Float64Array(p * p);
  for (let q = 0; q < p; q++) for (let m = 0; m < p; m++) normal[q * p + m] = dot(white[q]!, white[m]!);
  const covariance = inverseOrNothing(normal, p);
  if (covariance === undefined) return undefined;
  const gain = new Float64Array(p * k);
  for (let m = 0; m < p; m++) {
    const weighed = timesTransposed(whitener, white[m]!);
    for (let q = 0; q < p; q++)
      for (let i = 0; i < k; i++) gain[q * k + i]! += covariance[q * p + m]! * weighed[i]!;
  }
  return { covariance, gain };
}

/** L^-1 v of the kept elements of a vector. */
export function times(whitener: Float64Array, kept: Uint16Array, vector: Float64Array): Float64Array {
  const k = kept.length;
  const result = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += whitener[i * k + j]! * vector[kept[j]!]!;
    result[i] = sum;
  }
  return result;
}

/** L^-T v. */
export function timesTransposed(whitener: Float64Array, vector: Float64Array): Float64Array {
  const k = vector.length;
  const result = new Float64Array(k);
  for (let i = 0; i < k; i++) for (let j = 0; j <= i; j++) result[j]! += whitener[i * k + j]! * vector[i]!;
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function inverseOrNothing(matrix: Float64Array, p: number): Float64Array | undefined {
  // A floor at its end, or an exponent of 0, has a column of zeros; a hair of ridge keeps the other parameters.
  const ridged = matrix.slice();
  for (let q = 0; q < p; q++) ridged[q * p + q]! *= 1 + 1e-10;
  try {
    return inverse(ridged, p);
  } catch {
    return undefined;
  }
}
