import { expect, test } from "vitest";
import { noiseSlope } from "../../calibration/drift/noise-slope.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { dayOfReads, flicker, kindOfAll, logSpaced, readingsOf, readsAt, shape } from "./drift-series.ts";

function slopeOf(slope: number, ages = dayOfReads, devices = 600): number {
  const prng = seededPrng(21);
  const noise = Array.from({ length: devices }, () => flicker(prng, ages, slope));
  const readings = readingsOf(
    devices,
    readsAt(ages),
    (device, age, r) => 10e-6 * (age / 25) ** -0.05 * (1 + 0.01 * noise[device]![r]!),
  );
  return noiseSlope(readings, kindOfAll(readings), shape);
}

test.each([0.21, 0.4])("noise that falls faster than 1/f by f^%f is found to a few hundredths", (slope) => {
  expect(Math.abs(slopeOf(slope) - slope)).toBeLessThan(0.05);
});

test("noise that falls more slowly than 1/f is found as such, though readings hardly tell how much more slowly", () => {
  expect(slopeOf(-0.2)).toBeLessThan(-0.1);
});

test("pure 1/f noise is taken for just that", () => {
  expect(slopeOf(0)).toBe(0);
});

test("too few reads or devices contradict nothing", () => {
  expect(slopeOf(0.4, logSpaced(25, 86_400, 5))).toBe(0);
  expect(slopeOf(0.21, dayOfReads, 2)).toBe(0);
});
