import { describe, expect, it } from "vitest";
import {
  adabsMomentum,
  adaptStatistics,
  type ChannelStatistics,
  unbiasedVariance,
} from "../../calibration/compensation/adabs.ts";

describe("AdaBS", () => {
  it("has the published weights: 0.723935 for 13 batches and 0.850843 for 26", () => {
    expect(adabsMomentum(13)).toBeCloseTo(0.723935, 6);
    expect(adabsMomentum(26)).toBeCloseTo(0.850843, 6);
  });

  it("keeps 1.5 % of the stored statistics, whatever the number of batches", () => {
    for (const batches of [1, 5, 13, 26]) {
      let running: ChannelStatistics = { mean: Float32Array.of(1), variance: Float32Array.of(2) };
      for (let batch = 0; batch < batches; batch++) {
        running = adaptStatistics(running, Float32Array.of(0), Float32Array.of(0), adabsMomentum(batches));
      }
      expect(running.mean[0]).toBeCloseTo(0.015, 6);
      expect(running.variance[0]).toBeCloseTo(0.03, 6);
    }
  });

  it("changes no argument and stays where batches agree with the stored statistics", () => {
    const running = { mean: Float32Array.of(1, 2), variance: Float32Array.of(3, 4) };
    expect(adaptStatistics(running, running.mean, running.variance, 0.5)).toEqual(running);
    adaptStatistics(running, Float32Array.of(9, 9), Float32Array.of(9, 9), 0.5);
    expect(running).toEqual({ mean: Float32Array.of(1, 2), variance: Float32Array.of(3, 4) });
  });

  it("takes the unbiased variance as PyTorch does", () => {
    // The values 1, 2, 3, 4 have a biased variance of 1.25 and an unbiased one of 5/3.
    expect(unbiasedVariance(Float32Array.of(1.25), 4)[0]).toBeCloseTo(5 / 3, 6);
    expect(unbiasedVariance(Float32Array.of(0), 1)[0]).toBe(0);
  });
});
