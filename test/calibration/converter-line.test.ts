import { describe, expect, test } from "vitest";
import { fitLine } from "../../calibration/converter/line-fit.ts";
import { roundingVariance } from "../../calibration/converter/quantisation.ts";
import { seededPrng } from "../../src/core/prng.ts";

describe("a weighted line", () => {
  test("goes through points that lie on one, whatever their weights", () => {
    const x = [0, 1, 3, 10];
    const line = fitLine(
      x,
      x.map((value) => 2 - 0.5 * value),
      [1, 100, 0.01, 7],
    );
    expect(line?.slope).toBeCloseTo(-0.5, 12);
    expect(line?.intercept).toBeCloseTo(2, 12);
  });

  test("is that of the textbook for four points of two weights", () => {
    // By hand, weights 1, 1, 4, 4: x mean 2.1, y mean 2.6, sum w (x - x mean)^2 = 8.9, sum w (x - x mean)(y - y mean) = 10.4.
    const line = fitLine([0, 1, 2, 3], [1, 1, 2, 4], [1, 1, 0.25, 0.25]);
    expect(line?.slope).toBeCloseTo(10.4 / 8.9, 12);
    expect(line?.intercept).toBeCloseTo(2.6 - (2.1 * 10.4) / 8.9, 12);
    expect(line?.slopeError).toBeCloseTo(Math.sqrt(1 / 8.9), 12);
    expect(line?.interceptError).toBeCloseTo(Math.sqrt(1 / 10 + 2.1 ** 2 / 8.9), 12);
  });

  test("needs two different x", () => {
    expect(fitLine([], [], [])).toBeUndefined();
    expect(fitLine([2], [1], [1])).toBeUndefined();
    expect(fitLine([2, 2], [1, 3], [1, 1])).toBeUndefined();
    expect(() => fitLine([1, 2], [1], [1])).toThrow(RangeError);
  });
});

describe("what rounding leaves in a mean", () => {
  test("is a twelfth without noise and nearly nothing with half a code of it", () => {
    expect(roundingVariance(0)).toBeCloseTo(1 / 12, 3);
    expect(roundingVariance(0.5)).toBeLessThan(1e-4);
  });

  test.each([0.1, 0.2, 0.3])("with %f codes of noise is what sampling finds", (noiseCodes) => {
    const prng = seededPrng(5);
    const samples = 4000;
    const errors = Array.from({ length: 60 }, (_, place) => {
      let sum = 0;
      for (let n = 0; n < samples; n++) sum += Math.round(place / 60 + noiseCodes * prng.normal());
      return sum / samples - place / 60;
    });
    const found = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
    // Sampling itself adds the variance of single roundings over their number.
    const sampling = (noiseCodes ** 2 + 1 / 12) / samples;
    expect(Math.abs(found - roundingVariance(noiseCodes))).toBeLessThan(0.05 * found + 2 * sampling);
  });
});
