/** Synthetic readings of drifting devices, from the definitions and not from the code that fits them. */

import type { DriftOptions } from "../../calibration/drift/fit-drift.ts";
import type { DriftRead, DriftReadings } from "../../calibration/drift/readings.ts";
import type { Prng } from "../../src/core/prng.ts";

export const shape: DriftOptions["shape"] = { readSeconds: 250e-9, conversionSeconds: 1e-6 };
export const options: DriftOptions = { referenceSeconds: 25, shape };

/** Ages (s) at equal distances in ln t. */
export const logSpaced = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1)));

export const dayOfReads = logSpaced(25, 86_400, 40);

export const readsAt = (ages: readonly number[], more: Partial<DriftRead> = {}): DriftRead[] =>
  ages.map((firstAgeSeconds) => ({
    firstAgeSeconds,
    ageStepSeconds: 0,
    averages: 1,
    whiteSiemens: 1e-9,
    ...more,
  }));

/** @param siemensOf of a device at an age (s), in the order of the ages. */
export function readingsOf(
  devices: number,
  reads: readonly DriftRead[],
  siemensOf: (device: number, ageSeconds: number, read: number) => number,
): DriftReadings {
  const siemens = new Float32Array(devices * reads.length);
  for (let device = 0; device < devices; device++)
    for (const [r, { firstAgeSeconds, ageStepSeconds }] of reads.entries())
      siemens[r * devices + device] = siemensOf(device, firstAgeSeconds + device * ageStepSeconds, r);
  return { devices, reads, siemens };
}

export const kindOfAll = ({ devices }: DriftReadings): Uint8Array => new Uint8Array(devices);

/** Relaxations in a decade of time constants. */
const perDecade = 6;
const decades = 14;

/** With it the variance at the age t is ln(t / 2 t_read), t_read = 250 ns: Euler's constant is what Poisson renewals add. */
const shortestTau = 2 * 250e-9 * Math.exp(0.5772156649);

/**
 * 1/f noise at rising ages (s) since the last pulse, in units of Q: relaxations that take new values at Poisson times from the pulse on,
 * their time constants uniform on a logarithmic scale. The emulator has other ones, with regular renewals.
 * @param slope a: weights of tau^a make a power of 1/f^(1 + a).
 */
export function flicker(prng: Prng, ages: readonly number[], slope = 0): number[] {
  const sums = ages.map(() => 0);
  const offset = prng.uniform();
  for (let k = 0; k < decades * perDecade; k++) {
    const tau = shortestTau * 10 ** ((k + offset) / perDecade);
    const amplitude = Math.sqrt((Math.LN10 / perDecade) * tau ** slope);
    let [value, until] = [0, 0];
    for (const [i, age] of ages.entries()) {
      if (prng.uniform() < 1 - Math.exp((until - age) / tau)) value = prng.normal();
      until = age;
      sums[i]! += amplitude * value;
    }
  }
  return sums;
}
