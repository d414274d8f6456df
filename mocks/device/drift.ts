/**
 * Structural relaxation of the amorphous phase. FACTS 7.1 gives G(t) = G_p (t / t_0)^-nu for the time t since programming, from
 * the reference t_0 on, at which the conductance is G_p. Of earlier times it says nothing; there the device keeps G_p on average,
 * so that a verifying read soon after a pulse sees the conductance that the published programming error refers to.
 *
 * On average only: fresh glass also rearranges at random. Just after a pulse the conductance is off G_p by a normal relative
 * amount that closes in proportion to ln t between the start of the relaxation and t_0. A verifying read corrects what has
 * happened before it and misses what comes after.
 */

import { isAtReference, kelvinNow, weighedLogAge } from "./climate.ts";
import type { Devices } from "./devices.ts";
import { draw } from "./events.ts";
import { expOf, logOf } from "./fast-math.ts";
import { drawOf, eventKey, normalTable, normalTableShift } from "./keyed-normal.ts";
import { evaluateLaw, logState } from "./state-law.ts";

/** max(1, age / t_0)^-nu; 1 up to the reference time. */
export const driftFactor = (nu: number, ageSeconds: number, referenceSeconds: number): number =>
  ageSeconds <= referenceSeconds ? 1 : expOf(-nu * logOf(ageSeconds / referenceSeconds));

/** Part of the fast relaxation that is still to come: 1 up to its start, 0 from the reference time on. */
export const relaxationAhead = (
  ageSeconds: number,
  startSeconds: number,
  referenceSeconds: number,
): number =>
  ageSeconds >= referenceSeconds
    ? 0
    : ageSeconds <= startSeconds
      ? 1
      : logOf(referenceSeconds / ageSeconds) / logOf(referenceSeconds / startSeconds);

/** Conductance (S) of a device without noise, `ageSeconds` after its last pulse, which is now. */
export const driftedSiemens = (devices: Devices, cell: number, ageSeconds: number): number => {
  const { referenceSeconds } = devices.parameters.drift;
  if (!isAtReference(devices.climate)) return temperedSiemens(devices, cell, ageSeconds);
  return ageSeconds < referenceSeconds
    ? youngSiemens(devices, cell, ageSeconds)
    : disturbedSiemens(devices, cell) * driftFactor(devices.nu[cell]!, ageSeconds, referenceSeconds);
};

/** Conductance (S) at the last pulse plus what reads have crystallised since. */
export const disturbedSiemens = (devices: Devices, cell: number): number => {
  const siemens = devices.siemens[cell]!;
  const share = devices.parameters.readDisturb.sharePerRead * devices.readDose[cell]!;
  return share === 0
    ? siemens
    : siemens + Math.min(1, share) * Math.max(0, devices.setSiemens[cell]! - siemens);
};

/** J/K and C: their ratio turns a temperature into electron volts (SI, exact). */
const boltzmannElectronVolts = 1.380649e-23 / 1.602176634e-19;

/** The same for a chip that is or was warmer or colder than the reference temperature. */
function temperedSiemens(devices: Devices, cell: number, ageSeconds: number): number {
  const { drift, temperature } = devices.parameters;
  const { activationElectronVolts, driftPerKelvin, referenceKelvin } = temperature;
  const amorphous = Math.max(0, 1 - devices.siemens[cell]! / devices.setSiemens[cell]!);
  const kelvin = kelvinNow(devices.climate, referenceKelvin);
  const inverse = 1 / kelvin - 1 / referenceKelvin;
  const activated = Math.exp((-activationElectronVolts * amorphous * inverse) / boltzmannElectronVolts);
  if (ageSeconds < drift.referenceSeconds) return activated * youngSiemens(devices, cell, ageSeconds);
  const logAge = weighedLogAge(
    devices.climate,
    devices.lastPulseSeconds[cell]!,
    ageSeconds,
    drift.referenceSeconds,
    (at) => Math.max(0, 1 + driftPerKelvin * (at - referenceKelvin)),
  );
  const siemens = disturbedSiemens(devices, cell);
  return activated * siemens * Math.exp(-devices.nu[cell]! * logAge);
}

/** Seconds since the last pulse of a device; never negative. */
export const ageOf = (devices: Devices, cell: number, atSeconds: number): number =>
  Math.max(0, atSeconds - devices.lastPulseSeconds[cell]!);

function youngSiemens(devices: Devices, cell: number, ageSeconds: number): number {
  const { relaxation, drift } = devices.parameters;
  const siemens = disturbedSiemens(devices, cell);
  if (relaxation === undefined) return siemens;
  const key = eventKey(devices.mixedSeed, cell, devices.pulses[cell]!);
  const z = normalTable[drawOf(key, draw.relaxation) >>> normalTableShift]!;
  const { byState } = relaxation;
  const spread =
    byState === undefined
      ? relaxation.spread * relaxationShape(siemens / devices.setSiemens[cell]!)
      : evaluateLaw(byState, logState(siemens, drift.gMaxSiemens));
  const ahead = relaxationAhead(ageSeconds, relaxation.startSeconds, drift.referenceSeconds);
  return siemens * Math.max(0, 1 + spread * ahead * z);
}

/**
 * The relaxation as a function of x = G_p / G_SET, 1 at its largest: x (1 - x)^2 / (4 / 27). A crystalline device has no glass
 * to rearrange, and one blocked by a thick dome hardly notices. The shape is a fit to the published programming error, which
 * rises above what read noise leaves most near a third of SET and not at the ends.
 */
export const relaxationShape = (x: number): number => (x >= 1 ? 0 : 6.75 * x * (1 - x) ** 2);
