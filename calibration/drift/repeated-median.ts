/** A line that almost half of the points cannot carry away, to begin a robust fit with. */

/** y = intercept + slope x. */
export interface MedianLine {
  readonly slope: number;
  readonly intercept: number;
  /** Median of the absolute residuals, times 1.4826: their standard deviation where they are normal. */
  readonly spread: number;
}

/** Repeated medians (Siegel, Biometrika 69 (1982) 242): their breakdown point is one half. @param x two different ones at least. */
export function repeatedMedian(x: Float64Array, y: Float64Array): MedianLine {
  const n = x.length;
  const slopes = new Float64Array(n);
  const pairs = new Float64Array(n);
  let lines = 0;
  for (let i = 0; i < n; i++) {
    let count = 0;
    for (let j = 0; j < n; j++) if (x[j] !== x[i]) pairs[count++] = (y[j]! - y[i]!) / (x[j]! - x[i]!);
    if (count > 0) slopes[lines++] = median(pairs.subarray(0, count));
  }
  const slope = median(slopes.subarray(0, lines));
  const intercept = median(y.map((value, i) => value - slope * x[i]!));
  const residuals = y.map((value, i) => Math.abs(value - intercept - slope * x[i]!));
  return { slope, intercept, spread: normalPerDeviation * median(residuals) };
}

const normalPerDeviation = 1.4826;

/** Of values that are put in order in place; NaN for none. */
export function median(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  if (values.length % 2 === 1) return values[middle]!;
  return values.length === 0 ? Number.NaN : (values[middle - 1]! + values[middle]!) / 2;
}
