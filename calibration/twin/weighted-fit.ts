/** Weighted least squares of laws that are linear in their coefficients, with the standard errors that the given errors lead to. */

import { inverse } from "../drift/cholesky.ts";

export interface Estimate {
  readonly value: number;
  /** Standard error. */
  readonly error: number;
}

export interface WeightedFit {
  readonly coefficients: readonly Estimate[];
  /** Sum of the squared residuals in standard errors, and points less coefficients. */
  readonly chiSquare: number;
  readonly freedom: number;
}

/**
 * y = sum of coefficient p times columns[p], each point weighted with one over its squared error (Bevington and Robinson, Data Reduction
 * and Error Analysis, section 7.2). Undefined for fewer points than coefficients, or columns that depend on each other.
 * @param errors standard errors of y, above 0.
 */
export function fitWeighted(
  columns: readonly (readonly number[])[],
  y: readonly number[],
  errors: readonly number[],
): WeightedFit | undefined {
  const p = columns.length;
  if (y.length < p) return undefined;
  const weights = errors.map((error) => error ** -2);
  const product = (a: readonly number[], b: readonly number[]): number =>
    weights.reduce((sum, weight, n) => sum + weight * a[n]! * b[n]!, 0);
  const covariance = inverseOf(
    Float64Array.from({ length: p * p }, (_, at) => product(columns[Math.floor(at / p)]!, columns[at % p]!)),
    p,
  );
  if (covariance === undefined) return undefined;
  const moments = columns.map((column) => product(column, y));
  const coefficients = columns.map((_, q) => ({
    value: moments.reduce((sum, moment, r) => sum + covariance[q * p + r]! * moment, 0),
    error: Math.sqrt(covariance[q * p + q]!),
  }));
  const residuals = y.map((value, n) =>
    coefficients.reduce((rest, coefficient, q) => rest - coefficient.value * columns[q]![n]!, value),
  );
  return { coefficients, chiSquare: product(residuals, residuals), freedom: y.length - p };
}

function inverseOf(matrix: Float64Array, p: number): Float64Array | undefined {
  try {
    return inverse(matrix, p);
  } catch {
    return undefined;
  }
}

/** c_0 + c_1 x + ... of the given degree. */
export const fitPolynomial = (
  x: readonly number[],
  y: readonly number[],
  errors: readonly number[],
  degree: number,
): WeightedFit | undefined =>
  fitWeighted(
    Array.from({ length: degree + 1 }, (_, power) => x.map((value) => value ** power)),
    y,
    errors,
  );

/** coefficient x^exponent, by the logarithms of values above 0: the first coefficient of the fit is that of the logarithm. */
export const fitPowerLaw = (
  x: readonly number[],
  y: readonly number[],
  errors: readonly number[],
): WeightedFit | undefined =>
  fitWeighted(
    [x.map(() => 1), x.map(Math.log)],
    y.map(Math.log),
    errors.map((error, n) => error / y[n]!),
  );
