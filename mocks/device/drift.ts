/**
 * Structural relaxation of the amorphous phase. FACTS 7.1 gives G(t) = G_p (t / t_0)^-nu for the time t since programming, from
 * the reference t_0 on, at which the conductance is G_p. Of earlier times it says nothing; there the device keeps G_p, so that
 * a verifying read soon after a pulse sees the conductance that the published programming error refers to.
 */

import type { Devices } from "./devices.ts";

/** max(1, age / t_0)^-nu; 1 up to the reference time. */
export const driftFactor = (nu: number, ageSeconds: number, referenceSeconds: number): number =>
  ageSeconds <= referenceSeconds ? 1 : Math.exp(-nu * Math.log(ageSeconds / referenceSeconds));

/** Conductance (S) of a device without noise, `ageSeconds` after its last pulse. */
export const driftedSiemens = (devices: Devices, cell: number, ageSeconds: number): number =>
  devices.siemens[cell]! *
  driftFactor(devices.nu[cell]!, ageSeconds, devices.parameters.drift.referenceSeconds);

/** Seconds since the last pulse of a device; never negative. */
export const ageOf = (devices: Devices, cell: number, atSeconds: number): number =>
  Math.max(0, atSeconds - devices.lastPulseSeconds[cell]!);
