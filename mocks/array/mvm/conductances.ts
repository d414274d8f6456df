/** The conductances that an MVM multiplies with: drifted, with the 1/f noise of the moment, summed over the devices of a unit cell. */

import type { Devices } from "../../device/devices.ts";
import { ageOf, driftedSiemens } from "../../device/drift.ts";
import { amplitude, componentCount } from "../../device/read-noise.ts";
import { loadKeys, sumNoise } from "../read-cells.ts";
import { run as devicesRun, padded, runCells } from "../read-kernel/memory.ts";
import { type DeviceNoise, noiseSiemens } from "./device-noise.ts";
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

/** `blocks` have one shape. */
export function weightsAt(
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
      for (let column = 0; column < columns; column += runCells) {
        const count = Math.min(runCells, columns - column);
        const run = { first: first + row * stride + column, count, sign, to: row * columns + column };
        addRun(devices, run, atSeconds, noise, weights);
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

/** All components of the 1/f noise are as at this time (FACTS 7.1, 7.4: frozen for the MVMs of one moment). */
function addRun(
  devices: Devices,
  { first, count, sign, to }: DeviceRun,
  atSeconds: number,
  noise: DeviceNoise,
  { siemens, loadSiemens, variance }: Weights,
): void {
  const { cells, pulses, agesSeconds, noiseSums } = devicesRun;
  for (let n = 0; n < count; n++) {
    cells[n] = first + n;
    pulses[n] = devices.pulses[first + n]!;
    agesSeconds[n] = ageOf(devices, first + n, atSeconds);
  }
  loadKeys(devices, padded(count));
  sumNoise(padded(count), 0, 0, componentCount);
  for (let n = 0; n < count; n++) {
    const cell = first + n;
    const relative = devices.relativeNoise[cell]! * amplitude * noiseSums[n]!;
    const present = Math.max(0, driftedSiemens(devices, cell, agesSeconds[n]!) * (1 + relative));
    siemens[to + n]! += sign * present;
    loadSiemens[to + n]! += present;
    variance[to + n]! += noiseSiemens(noise, present) ** 2;
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
