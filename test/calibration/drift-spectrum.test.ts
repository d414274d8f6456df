import { describe, expect, test } from "vitest";
import { spectralSlope } from "../../calibration/drift/noise-spectrum.ts";
import { seededPrng } from "../../src/core/prng.ts";

const count = 4096;
const evenly = Float64Array.from({ length: count }, (_, i) => 0.5 * i);

/** Times with gaps of up to a few steps and a jitter of a tenth of one. */
function unevenly(seed: number): Float64Array {
  const prng = seededPrng(seed);
  let now = 0;
  return Float64Array.from({ length: count }, () => {
    now += 0.5 * (1 + prng.below(3)) + 0.05 * prng.uniform();
    return now;
  });
}

/** Relaxations with time constants uniform on a logarithmic scale make 1/f noise; those that this band can see. */
function pink(times: Float64Array, seed: number): Float64Array {
  const prng = seededPrng(seed);
  const values = new Float64Array(times.length);
  for (let k = -4; k < 20; k++) {
    const tau = 10 ** (k / 4);
    let value = prng.normal();
    for (let i = 1; i < times.length; i++) {
      if (prng.uniform() < 1 - Math.exp((times[i - 1]! - times[i]!) / tau)) value = prng.normal();
      values[i]! += value;
    }
  }
  return values;
}

const white = (seed: number): Float64Array => {
  const prng = seededPrng(seed);
  return Float64Array.from({ length: count }, () => prng.normal());
};

function walk(times: Float64Array, seed: number): Float64Array {
  const prng = seededPrng(seed);
  let now = 0;
  return times.map((time, i) => {
    now += Math.sqrt(time - (times[i - 1] ?? 0)) * prng.normal();
    return now;
  });
}

describe.each([
  ["evenly", evenly],
  ["unevenly", unevenly(1)],
] as const)("the spectrum of readings that are spaced %s", (spacing, times) => {
  test.each([
    ["flat for white noise", () => white(2), 0, 0.15],
    ["1/f for relaxations of all time constants", () => pink(times, 3), -1, 0.2],
  ] as const)("is %s", (_, values, slope, tolerance) => {
    const found = spectralSlope(times, values());
    expect(Math.abs(found!.slope - slope)).toBeLessThan(tolerance);
    expect(Math.abs(found!.slope - slope)).toBeLessThan(4 * found!.slopeError + 0.1);
    expect(found!.even).toBe(spacing === "evenly");
    expect(found!.readings).toBe(count);
  });
});

test("the spectrum of a random walk in equal steps falls with the square", () => {
  expect(Math.abs(spectralSlope(evenly, walk(evenly, 4))!.slope + 2)).toBeLessThan(0.2);
});

describe("no slope is made up", () => {
  test("from a few readings", () => {
    expect(spectralSlope(evenly.subarray(0, 15), white(1).subarray(0, 15))).toBeUndefined();
    expect(spectralSlope(evenly.subarray(0, 30), white(1).subarray(0, 30))).toBeUndefined();
  });

  test("from ages that are evenly spaced in their logarithm, whose gaps fold slow noise over fast", () => {
    const times = Float64Array.from({ length: 400 }, (_, i) => 25 * 1.03 ** i);
    expect(spectralSlope(times, white(1).subarray(0, 400))).toBeUndefined();
  });
});

test("an endless series is looked at as far as the bound", () => {
  const times = Float64Array.from({ length: 20_000 }, (_, i) => i);
  const prng = seededPrng(6);
  const found = spectralSlope(
    times,
    times.map(() => prng.normal()),
  );
  expect(found!.readings).toBe(16_384);
});
