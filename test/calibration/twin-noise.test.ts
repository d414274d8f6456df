/** Q_s from synthetic readings whose noise is a process of another kind than the emulator's (drift-series.ts). */

import { describe, expect, test } from "vitest";
import { addNoise, noiseAmplitude, noNoise } from "../../calibration/twin/noise-amplitude.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { flicker, kindOfAll, logSpaced, readingsOf, readsAt, shape } from "./drift-series.ts";

/** Devices of 10 uS and nu = 0.05. */
function series(devices: number, ages: readonly number[], amplitude: number, whiteSiemens = 1e-9) {
  const prng = seededPrng(11);
  let noise: number[] = [];
  return readingsOf(devices, readsAt(ages, { whiteSiemens }), (_, age, read) => {
    if (read === 0) noise = flicker(prng, ages);
    const quiet = 10e-6 * (age / 20) ** -0.05;
    return quiet * (1 + amplitude * (noise[read] ?? 0)) + whiteSiemens * prng.normal();
  });
}

function amplitudeOf(readings: ReturnType<typeof series>) {
  const sums = noNoise();
  addNoise(readings, kindOfAll(readings), shape, [sums]);
  return noiseAmplitude(sums);
}

describe("the amplitude of 1/f noise", () => {
  test.each([0.005, 0.02, 0.045])("is found at %f from four ages, within four standard errors", (truth) => {
    const found = amplitudeOf(series(1500, [25, 3600, 86_400, 2_592_000], truth))!;
    expect(found.error / truth).toBeLessThan(0.015);
    expect(Math.abs(found.value - truth), `${found.value}`).toBeLessThan(4 * found.error);
  });

  test("is found beside noise of the converter that is as large", () => {
    const truth = 0.01;
    const found = amplitudeOf(series(1500, logSpaced(25, 86_400, 8), truth, 0.4e-6))!;
    expect(Math.abs(found.value - truth), `${found.value} ${found.error}`).toBeLessThan(4 * found.error);
  });

  test("is not made up from noise that is the converter's alone, or from no readings", () => {
    expect(amplitudeOf(series(300, logSpaced(25, 86_400, 8), 0, 0.4e-6))).toBeUndefined();
    expect(noiseAmplitude(noNoise())).toBeUndefined();
  });
});
