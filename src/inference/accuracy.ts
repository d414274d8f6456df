/** Accuracy with its confidence interval. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Standard normal quantile of 97.5 %. */
const z95 = 1.959963984540054;

/**
 * Wilson score interval of a proportion, 95 %; both bounds are fractions. E. B. Wilson, JASA 22:209 (1927).
 * @throws TypeError when `correct` is not 0 to `count` or there are no trials.
 */
export function wilson95(correct: number, count: number): Interval {
  if (!(count > 0) || correct < 0 || correct > count) throw new TypeError(`${correct} of ${count} correct`);
  const share = correct / count;
  const z2 = z95 ** 2 / count;
  const centre = (share + z2 / 2) / (1 + z2);
  const half = (z95 / (1 + z2)) * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
