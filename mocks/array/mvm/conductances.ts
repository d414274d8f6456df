/** The conductances that an MVM multiplies with: drifted, with the 1/f noise of the moment, summed over the devices of a unit cell. */

import type { Devices } from "../../device/devices.ts";
import { ageOf, driftedSiemens } from "../../device/drift.ts";
import { eventKey } from "../../device/keyed-normal.ts";
import { componentCount, componentSum, fastestRate } from "../../device/read-noise.ts";
import { type DeviceNoise, noiseSiemens } from "./device-noise.ts";

/** The devices of one sign, one value for each unit cell, row by row. */
export interface Side {
  readonly siemens: Float32Array;
  /** Variance of the noise within one MVM, S^2. */
  readonly variance: Float32Array;
}

/** `arrays` are the devices of the same unit cells in each array of one sign. */
export function sideAt(
  devices: Devices,
  arrays: readonly Uint32Array[],
  atSeconds: number,
  noise: DeviceNoise,
): Side {
  const count = arrays[0]?.length ?? 0;
  const side = { siemens: new Float32Array(count), variance: new Float32Array(count) };
  for (const cells of arrays) addDevices(devices, cells, atSeconds, noise, side);
  return side;
}

function addDevices(
  devices: Devices,
  cells: Uint32Array,
  atSeconds: number,
  noise: DeviceNoise,
  { siemens, variance }: Side,
): void {
  for (let n = 0; n < cells.length; n++) {
    const present = noisySiemens(devices, cells[n]!, atSeconds);
    siemens[n]! += present;
    variance[n]! += noiseSiemens(noise, present) ** 2;
  }
}

/** All components of the 1/f noise as they are at this time (FACTS 7.1, 7.4: frozen for the MVMs of one moment). */
function noisySiemens(devices: Devices, cell: number, atSeconds: number): number {
  const age = ageOf(devices, cell, atSeconds);
  const key = eventKey(devices.mixedSeed, cell, devices.pulses[cell]!);
  const rate = fastestRate(key, devices.parameters.readNoise.readSeconds);
  const relative = devices.relativeNoise[cell]! * componentSum(key, rate, age, 0, componentCount);
  return Math.max(0, driftedSiemens(devices, cell, age) * (1 + relative));
}

export function latestPulseSeconds(devices: Devices, arrays: readonly Uint32Array[]): number {
  let latest = 0;
  for (const cells of arrays)
    for (let n = 0; n < cells.length; n++) latest = Math.max(latest, devices.lastPulseSeconds[cells[n]!]!);
  return latest;
}
