/** The instruments of this folder, on series whose spectrum is known. */

import { expect, test } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { noiseCovariance } from "./published.ts";
import { logarithmicSlope, periodogram } from "./spectrum.ts";

const length = 8192;

function meanSpectrum(series: (run: number) => Float64Array): Float64Array {
  const power = new Float64Array(length / 2);
  for (let run = 0; run < 16; run++)
    periodogram(series(run)).forEach((value, k) => {
      power[k]! += value;
    });
  return power;
}

const white = (run: number): Float64Array => {
  const prng = seededPrng(run);
  return Float64Array.from({ length }, () => prng.normal());
};

test("white noise has a spectrum of slope 0", () => {
  expect(Math.abs(logarithmicSlope(meanSpectrum(white), 2, 2000))).toBeLessThan(0.1);
});

test("a random walk has a spectrum of slope -2, which a window is needed to see", () => {
  const walk = (run: number): Float64Array => {
    let sum = 0;
    return white(run).map((step) => {
      sum += step;
      return sum;
    });
  };
  const slope = logarithmicSlope(meanSpectrum(walk), 3, 1000);
  expect(slope).toBeGreaterThan(-2.1);
  expect(slope).toBeLessThan(-1.9);
});

test("a sine is found at its frequency", () => {
  const power = periodogram(
    Float64Array.from({ length }, (_, n) => Math.sin((2 * Math.PI * 100 * n) / length)),
  );
  expect(power.indexOf(Math.max(...power))).toBe(100);
});

test("the covariance of 1/f noise does not depend on the order of its ages and fades with their ratio", () => {
  expect(noiseCovariance(25, 3600)).toBe(noiseCovariance(3600, 25));
  expect(noiseCovariance(25, 25)).toBeCloseTo(Math.log(25 / 500e-9), 6);
  expect(noiseCovariance(25, 86_400)).toBeLessThan(1e-3);
});
