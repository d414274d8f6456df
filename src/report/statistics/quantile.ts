/** Quantiles of sorted samples. */

/**
 * Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, what NumPy and R do by default).
 * @returns NaN when there are no samples.
 */
export function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}
