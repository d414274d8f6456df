/** What rounding to codes leaves in a mean of many conversions. */

/** Beyond this the terms of the series are below a hundred-thousandth of the first. */
const terms = 300;

/**
 * Variance (codes squared) of the mean of infinitely many conversions of a constant, over all places between two codes: noise in
 * front of the converter averages the rounding away, sum over k of exp(-4 pi^2 k^2 sigma^2) / (2 pi^2 k^2) (Widrow and Kollár,
 * Quantization Noise, chapter 19 on dither). 1/12 without noise, nearly nothing from 0.5 codes on.
 * @param noiseCodes rms noise of one conversion before it is rounded.
 */
export function roundingVariance(noiseCodes: number): number {
  let sum = 0;
  for (let k = 1; k <= terms; k++)
    sum += Math.exp(-4 * (Math.PI * k * noiseCodes) ** 2) / (2 * (Math.PI * k) ** 2);
  return sum;
}

/** Variance that rounding adds to a single conversion. */
export const singleRoundingVariance = 1 / 12;
