import { describe, expect, test } from "vitest";
import { eventKey, mix, normalOf, normalSum, normalTable } from "../../mocks/device/keyed-normal.ts";
import { componentCount, componentSum, fastestRate } from "../../mocks/device/read-noise.ts";
import { keyedBits } from "../../src/core/prng.ts";

const readSeconds = 250e-9;
const devices = 10_000;

/** The relative noise of one device in units of Q_s. */
function noiseAt(cell: number, ageSeconds: number): number {
  const key = eventKey(mix(7), cell, 1);
  return componentSum(key, fastestRate(key, readSeconds), ageSeconds, 0, componentCount);
}

function ensembleMean(value: (cell: number) => number): number {
  let sum = 0;
  for (let cell = 0; cell < devices; cell++) sum += value(cell);
  return sum / devices;
}

describe("keyed draws", () => {
  test("are the bits of src/core/prng.ts", () => {
    for (const [cell, event] of [
      [0, 0],
      [5, 3],
      [1_048_575, 0xffffffff],
    ] as const)
      expect(eventKey(mix(42), cell, event) >>> 0).toBe(keyedBits(42, cell, event));
  });

  test("have the quantiles of a normal distribution", () => {
    expect(normalOf(0x7fffffff)).toBeCloseTo(0, 8);
    expect(normalOf(Math.round(0.975 * 2 ** 32))).toBeCloseTo(1.959964, 5);
    expect(normalOf(Math.round(0.001 * 2 ** 32))).toBeCloseTo(-3.090232, 5);
  });

  test("of two tabled normals have variance 1 and the kurtosis of a normal distribution", () => {
    const draws = Array.from({ length: 100_000 }, (_, n) => normalSum(mix(n)));
    const mean = (power: number): number => draws.reduce((sum, z) => sum + z ** power, 0) / draws.length;
    expect(mean(1)).toBeCloseTo(0, 1);
    expect(mean(2)).toBeCloseTo(1, 1);
    expect(mean(4)).toBeGreaterThan(2.9);
    expect(mean(4)).toBeLessThan(3.1);
  });

  test("come from a table of variance 1", () => {
    const variance = normalTable.reduce((sum, z) => sum + z * z, 0) / normalTable.length;
    expect(variance).toBeCloseTo(1, 6);
    expect(Math.max(...normalTable)).toBeLessThan(3.8);
  });
});

describe("1/f read noise", () => {
  test("is absent at the pulse", () => {
    for (let cell = 0; cell < 100; cell++) expect(noiseAt(cell, 0)).toBe(0);
  });

  test.each([
    ["1 ms", 1e-3],
    ["5 s", 5],
    ["1 h", 3600],
    ["1 d", 86_400],
    ["1 y", 31_536_000],
  ])("has accumulated Q_s^2 ln((t + t_read) / (2 t_read)) after %s", (_, age) => {
    const expected = Math.log((age + readSeconds) / (2 * readSeconds));
    const measured = ensembleMean((cell) => noiseAt(cell, age) ** 2);
    expect(measured / expected).toBeGreaterThan(0.95);
    expect(measured / expected).toBeLessThan(1.05);
  });

  test.each([1e-3, 1, 600])("of two readings %f s apart differs as 1/f noise does", (lag) => {
    // Components faster than the lag have been renewed: twice their variance.
    const expected = 2 * Math.log(lag / (2 * readSeconds));
    const measured = ensembleMean((cell) => (noiseAt(cell, 86_400 + lag) - noiseAt(cell, 86_400)) ** 2);
    expect(measured / expected).toBeGreaterThan(0.94);
    expect(measured / expected).toBeLessThan(1.06);
  });

  test("is correlated between readings, the more the closer they are", () => {
    const variance = ensembleMean((cell) => noiseAt(cell, 3600) ** 2);
    const correlation = (lag: number): number =>
      ensembleMean((cell) => noiseAt(cell, 3600) * noiseAt(cell, 3600 + lag)) / variance;
    expect(correlation(1e-3)).toBeGreaterThan(0.6);
    expect(correlation(1)).toBeGreaterThan(0.3);
    expect(correlation(1e-3)).toBeGreaterThan(correlation(1));
    expect(correlation(1e6)).toBeLessThan(0.1);
  });

  test("is the same whenever it is asked for", () => {
    const first = noiseAt(3, 25);
    noiseAt(3, 3600);
    noiseAt(4, 25);
    expect(noiseAt(3, 25)).toBe(first);
  });
});
