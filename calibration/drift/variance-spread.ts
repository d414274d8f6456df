/** How much the noise of devices that are alike differs, beyond what their few readings explain. */

import { trigamma } from "./gamma.ts";

/**
 * Degrees of freedom d_0 of an inverse chi square distribution of variances whose estimates from `freedom` degrees of freedom each are
 * given: trigamma(d_0 / 2) is the variance of their logarithms less trigamma(freedom / 2) (Smyth 2004, section 6.2). Infinite where
 * the estimates differ no more than estimates do.
 */
export function freedomOfSpread(variances: Float64Array, freedom: number): number {
  const logs = variances.filter((value) => value > 0).map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const squares = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const excess = squares / (logs.length - 1) - trigamma(freedom / 2);
  return excess > 0 ? 2 * inverseTrigamma(excess) : Number.POSITIVE_INFINITY;
}

/** Newton's method on 1 / trigamma, which is convex (Smyth 2004, appendix). */
function inverseTrigamma(value: number): number {
  let x = 0.5 + 1 / value;
  for (let step = 0; step < 50; step++) {
    const now = trigamma(x);
    const slope = (trigamma(x * 1.0001) - now) / (0.0001 * x);
    const change = (now * (1 - now / value)) / slope;
    x += change;
    if (Math.abs(change) < 1e-8 * x) break;
  }
  return x;
}

/** Of a chi square: with fewer the cube root of it is no longer nearly normal, and the median would come out negative. */
const fewestFreedom = 1;

/**
 * Median of an estimate of a variance over the typical variance, when estimates have `freedom` degrees of freedom and variances `prior`
 * ones: that of an F distribution, each chi square by its cube root (Wilson and Hilferty, PNAS 17 (1931) 684).
 */
export const medianOfEstimates = (freedom: number, prior: number): number =>
  ((1 - 2 / (9 * Math.max(fewestFreedom, freedom))) / (1 - 2 / (9 * Math.max(fewestFreedom, prior)))) ** 3;
