/** Weighted least squares of a straight line, with the standard errors that the given variances lead to. */

export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Standard errors; they follow from the variances alone, not from how well the line fits. */
  readonly slopeError: number;
  readonly interceptError: number;
}

/**
 * y = intercept + slope x, each point weighted with one over its variance (Bevington and Robinson, Data Reduction and Error
 * Analysis, eqs. 6.12, 6.22 and 6.23). Undefined for fewer than two different x.
 * @throws RangeError for arrays of different lengths.
 */
export function fitLine(
  x: readonly number[],
  y: readonly number[],
  variance: readonly number[],
): Line | undefined {
  if (y.length !== x.length || variance.length !== x.length)
    throw new RangeError(`${x.length} x, ${y.length} y and ${variance.length} variances`);
  if (new Set(x).size < 2) return undefined;
  const weights = variance.map((value) => 1 / value);
  const weight = sumOf(weights);
  const xMean = sumOf(weights.map((w, n) => w * x[n]!)) / weight;
  const yMean = sumOf(weights.map((w, n) => w * y[n]!)) / weight;
  const xSquares = sumOf(weights.map((w, n) => w * (x[n]! - xMean) ** 2));
  const slope = sumOf(weights.map((w, n) => w * (x[n]! - xMean) * (y[n]! - yMean))) / xSquares;
  return {
    slope,
    intercept: yMean - slope * xMean,
    slopeError: Math.sqrt(1 / xSquares),
    interceptError: Math.sqrt(1 / weight + xMean ** 2 / xSquares),
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
