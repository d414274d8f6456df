import { describe, expect, test } from "vitest";
import { allOf, inverse, whitenerOf } from "../../calibration/drift/cholesky.ts";
import { flickerCovariance, flickerVariance } from "../../calibration/drift/flicker-covariance.ts";
import { digamma, gamma, trigamma } from "../../calibration/drift/gamma.ts";
import { median, repeatedMedian } from "../../calibration/drift/repeated-median.ts";
import { student95 } from "../../calibration/drift/student.ts";
import { freedomOfSpread } from "../../calibration/drift/variance-spread.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { flicker, shape } from "./drift-series.ts";

describe("Student's t", () => {
  // Two-sided 95 %, tables of any textbook.
  test.each([
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [5, 2.5706],
    [10, 2.2281],
    [30, 2.0423],
    [38, 2.0244],
    [1e6, 1.96],
  ])("with %d degrees of freedom reaches 95 in 100 cases at %f", (freedom, quantile) => {
    expect(student95(freedom)).toBeCloseTo(quantile, 3);
  });

  test("has none without degrees of freedom", () => {
    expect(student95(0)).toBeNaN();
  });
});

test("the derivatives of the logarithm of the gamma function have their known values", () => {
  expect(digamma(1)).toBeCloseTo(-0.5772156649, 8);
  expect(digamma(0.5)).toBeCloseTo(-0.5772156649 - 2 * Math.LN2, 8);
  expect(trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 8);
  expect(trigamma(0.5)).toBeCloseTo(Math.PI ** 2 / 2, 8);
});

describe("Cholesky factors", () => {
  const covariance = Float64Array.of(4, 2, 1, 2, 5, 3, 1, 3, 6);

  test("the inverse of a matrix times the matrix is one", () => {
    const found = inverse(covariance, 3);
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        const sum = [0, 1, 2].reduce((total, m) => total + found[i * 3 + m]! * covariance[m * 3 + j]!, 0);
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 12);
      }
  });

  test("rows that are left out count as never there", () => {
    const kept = Uint16Array.of(0, 2);
    expect(whitenerOf(covariance, 3, kept)).toEqual(whitenerOf(Float64Array.of(4, 1, 1, 6), 2, allOf(2)));
  });

  test("what is no covariance is refused", () => {
    expect(() => inverse(Float64Array.of(1, 2, 2, 1), 2)).toThrow(RangeError);
  });
});

describe("the covariance of 1/f noise", () => {
  test("is that of relaxations with time constants uniform on a logarithmic scale", () => {
    const prng = seededPrng(5);
    const ages = [25, 40, 100, 3600];
    const runs = 12_000;
    const products = ages.map(() => ages.map(() => 0));
    for (let run = 0; run < runs; run++) {
      const noise = flicker(prng, ages);
      for (const [i, a] of noise.entries())
        for (const [j, b] of noise.entries()) products[i]![j]! += (a * b) / runs;
    }
    for (const [i, early] of ages.entries()) {
      expect(products[i]![i]! / flickerVariance(early, 1, shape)).toBeCloseTo(1, 1);
      for (const [j, late] of ages.entries())
        if (i !== j)
          expect(Math.abs(products[i]![j]! - flickerCovariance(early, late, shape))).toBeLessThan(0.5);
    }
    // Half of it is what the test can tell: ln(40 / 15) is 0.98.
    expect(flickerCovariance(25, 40, shape)).toBeCloseTo(Math.log(40 / 15), 6);
  });

  test("goes over from one slope of the spectrum to the other without a step, and has gamma functions for factors", () => {
    const near = (slope: number): number => flickerCovariance(25, 40, { ...shape, slope });
    expect(near(1e-5) / near(0)).toBeCloseTo(1, 3);
    expect(near(-1e-5) / near(0)).toBeCloseTo(1, 3);
    // Gamma(1/2) (sqrt(40) - sqrt(15)) / (1/2).
    expect(near(0.5)).toBeCloseTo(2 * Math.sqrt(Math.PI) * (Math.sqrt(40) - Math.sqrt(15)), 4);
    expect(gamma(0.5)).toBeCloseTo(Math.sqrt(Math.PI), 8);
    expect(gamma(5)).toBeCloseTo(24, 6);
  });

  test("averaging takes little off it, since most of it is slow", () => {
    const [one, five] = [1, 5].map((averages) => flickerVariance(25, averages, shape));
    expect(one).toBeCloseTo(Math.log(25 / 500e-9), 6);
    expect(five! / one!).toBeGreaterThan(0.9);
    expect(five! / one!).toBeLessThan(1);
  });
});

describe("repeated medians", () => {
  const x = Float64Array.from({ length: 21 }, (_, i) => i);

  test("find a line that nine points of twenty-one are far away from", () => {
    const y = x.map((value, i) => (i % 2 === 1 && i < 18 ? 1e6 + 1e5 * i : 3 - 0.5 * value));
    const { slope, intercept } = repeatedMedian(x, y);
    expect(slope).toBeCloseTo(-0.5, 9);
    expect(intercept).toBeCloseTo(3, 9);
  });

  test("the median of an even number of values lies between two, and of none nowhere", () => {
    expect(median(Float64Array.of(3, 1, 2, 10))).toBe(2.5);
    expect(median(new Float64Array())).toBeNaN();
  });
});

describe("how much variances differ", () => {
  const chiSquare = (prng: ReturnType<typeof seededPrng>, freedom: number): number => {
    let sum = 0;
    for (let i = 0; i < freedom; i++) sum += prng.normal() ** 2;
    return sum / freedom;
  };

  test("is nothing for estimates of one variance", () => {
    const prng = seededPrng(3);
    const same = Float64Array.from({ length: 2000 }, () => chiSquare(prng, 4));
    expect(freedomOfSpread(same, 4)).toBeGreaterThan(40);
  });

  test("is found where each has a variance of its own", () => {
    const prng = seededPrng(4);
    // Inverse chi square with 10 degrees of freedom: the prior of Smyth 2004.
    const own = Float64Array.from({ length: 4000 }, () => chiSquare(prng, 4) / chiSquare(prng, 10));
    expect(freedomOfSpread(own, 4)).toBeGreaterThan(8);
    expect(freedomOfSpread(own, 4)).toBeLessThan(12.5);
  });
});
