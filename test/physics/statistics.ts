/** Mean, spread and straight lines. */

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

export function variance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return sum / values.length;
}

export const spread = (values: ArrayLike<number>): number => Math.sqrt(variance(values));

/** Weights w of the least-squares slope of y over x: slope = sum of w_i y_i. */
export function slopeWeights(x: readonly number[]): number[] {
  const centre = mean(x);
  const total = x.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return x.map((value) => (value - centre) / total);
}

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** What a law says beside what was found. */
export interface Comparison {
  readonly level: number;
  readonly measured: number;
  readonly published: number;
}

export const relativeError = ({ measured, published }: Comparison): number =>
  Math.abs(measured / published - 1);

export const worstRelativeError = (comparisons: readonly Comparison[]): number =>
  Math.max(...comparisons.map(relativeError));
