/** The conductances that an MVM multiplies with: drifted, with the 1/f noise of the moment, summed over the devices of a unit cell. */

import type { Devices } from "../../device/devices.ts";
import { ageOf, driftedSiemens } from "../../device/drift.ts";
import { eventKey } from "../../device/keyed-normal.ts";
import { fastestRate } from "../../device/read-noise.ts";
import { type DeviceNoise, noiseSiemens } from "./device-noise.ts";
import { type KernelMemory, runDevices } from "./kernel-memory.ts";
import type { Weights } from "./packed-matrix.ts";

/** The devices of the same unit cells in one array: row r and column c have number first + r * stride + c. */
export interface DeviceBlock {
  readonly first: number;
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
  /** How they count in the sum of a unit cell. */
  readonly sign: 1 | -1;
}

/** `blocks` have one shape. The runs of the memory are overwritten. */
export function weightsAt(
  memory: KernelMemory,
  devices: Devices,
  blocks: readonly DeviceBlock[],
  atSeconds: number,
  noise: DeviceNoise,
): Weights {
  const { rows = 0, columns = 0 } = blocks[0] ?? {};
  const values = (): Float32Array => new Float32Array(rows * columns);
  const weights = { siemens: values(), loadSiemens: values(), variance: values() };
  for (const { first, stride, sign } of blocks) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column += runDevices) {
        const count = Math.min(runDevices, columns - column);
        const run = { first: first + row * stride + column, count, sign, to: row * columns + column };
        addRun(memory, devices, run, atSeconds, noise, weights);
      }
    }
  }
  return weights;
}

/** Devices that follow each other, and the unit cell of the first of them. */
interface DeviceRun {
  readonly first: number;
  readonly count: number;
  readonly sign: 1 | -1;
  readonly to: number;
}

const amplitude = Math.sqrt(Math.LN10);

/** All components of the 1/f noise are as at this time (FACTS 7.1, 7.4: frozen for the MVMs of one moment). */
function addRun(
  memory: KernelMemory,
  devices: Devices,
  run: DeviceRun,
  atSeconds: number,
  noise: DeviceNoise,
  { siemens, loadSiemens, variance }: Weights,
): void {
  const { first, count, sign, to } = run;
  const { kernel, at, float64 } = memory;
  loadRun(memory, devices, first, count, atSeconds);
  kernel.flicker(at.run.keys, at.run.turns, Math.ceil(count / 4) * 4, at.normals, at.run.sums);
  for (let n = 0; n < count; n++) {
    const cell = first + n;
    const relative = devices.relativeNoise[cell]! * amplitude * float64[at.run.sums / 8 + n]!;
    const quiet = driftedSiemens(devices, cell, ageOf(devices, cell, atSeconds));
    const present = Math.max(0, quiet * (1 + relative));
    siemens[to + n]! += sign * present;
    loadSiemens[to + n]! += present;
    variance[to + n]! += noiseSiemens(noise, present) ** 2;
  }
}

function loadRun(
  { at, int32, float64 }: KernelMemory,
  devices: Devices,
  first: number,
  count: number,
  atSeconds: number,
): void {
  const { readSeconds } = devices.parameters.readNoise;
  for (let n = 0; n < count; n++) {
    const cell = first + n;
    const key = eventKey(devices.mixedSeed, cell, devices.pulses[cell]!);
    int32[at.run.keys / 4 + n] = key;
    float64[at.run.turns / 8 + n] = ageOf(devices, cell, atSeconds) * fastestRate(key, readSeconds);
  }
}

export function latestPulseSeconds(devices: Devices, blocks: readonly DeviceBlock[]): number {
  let latest = 0;
  for (const { first, stride, rows, columns } of blocks)
    for (let row = 0; row < rows; row++)
      for (let n = first + row * stride; n < first + row * stride + columns; n++)
        latest = Math.max(latest, devices.lastPulseSeconds[n]!);
  return latest;
}
