/** Drift exponents that were published, to stand beside those that were measured. */

export interface ExponentSpread {
  readonly mean: number;
  /** Standard deviation from device to device. */
  readonly sigma: number;
}

/**
 * Of devices programmed to g = G / Gmax, above 0: the fit to the 1M-device array of Joshi et al. 2020 as published with aihwkit
 * (FACTS.md 7.1), for G ~ (1 + t / 20 s)^-nu.
 */
export const publishedExponent = (g: number): ExponentSpread => ({
  mean: within(0.049, -0.0155 * Math.log(g) + 0.0244, 0.1),
  sigma: within(0.008, -0.0125 * Math.log(g) - 0.0059, 0.045),
});

const within = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));
