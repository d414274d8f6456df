/**
 * The temperature of the chip since it was made, as steps in chip time. Glass relaxes faster when it is warm, so the drift of a
 * device depends on the temperatures since its last pulse; its conductance depends on the present one.
 */

import { LabError } from "../../src/core/errors.ts";

/** Typed arrays, so that it is saved with the devices. Without a step the chip has always been at the reference temperature. */
export interface Climate {
  readonly steps: Uint32Array;
  /** Chip time (s) at which step i begins, and its temperature (K). */
  readonly seconds: Float64Array;
  readonly kelvin: Float64Array;
}

const maxSteps = 1024;

export const createClimate = (): Climate => ({
  steps: new Uint32Array(1),
  seconds: new Float64Array(maxSteps),
  kelvin: new Float64Array(maxSteps),
});

/** The chip is at a temperature from a chip time on. @throws LabError LIMIT after too many changes. */
export function changeTemperature(climate: Climate, atSeconds: number, kelvin: number): void {
  const steps = climate.steps[0]!;
  const last = steps - 1;
  if (steps > 0 && climate.kelvin[last] === kelvin) return;
  const index = steps > 0 && climate.seconds[last] === atSeconds ? last : steps;
  if (index === maxSteps) {
    throw new LabError("LIMIT", `the temperature has changed ${maxSteps} times, no more are remembered`, {
      next: "start a fresh emulator",
    });
  }
  climate.seconds[index] = atSeconds;
  climate.kelvin[index] = kelvin;
  climate.steps[0] = index + 1;
}

export const isAtReference = (climate: Climate): boolean => climate.steps[0] === 0;

/** Temperature (K) now. */
export const kelvinNow = (climate: Climate, referenceKelvin: number): number =>
  isAtReference(climate) ? referenceKelvin : climate.kelvin[climate.steps[0]! - 1]!;

/**
 * ln(age / t_0) of a device, with each part of it weighed by the temperature at that time: 1 + driftPerKelvin (T - T_ref). The age
 * counts from the last pulse, and what happens before t_0 does not count.
 */
export function weighedLogAge(
  climate: Climate,
  pulseSeconds: number,
  ageSeconds: number,
  referenceSeconds: number,
  weightOf: (kelvin: number) => number,
): number {
  let sum = 0;
  let to = ageSeconds;
  for (let i = climate.steps[0]! - 1; i >= 0 && to > referenceSeconds; i--) {
    const from = Math.max(referenceSeconds, climate.seconds[i]! - pulseSeconds);
    if (from >= to) continue;
    sum += weightOf(climate.kelvin[i]!) * Math.log(to / from);
    to = from;
  }
  return to > referenceSeconds ? sum + Math.log(to / referenceSeconds) : sum;
}
