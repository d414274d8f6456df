/** Readings by plain loops: what the kernel of mocks/array/read-kernel has to give bit by bit. */

import type { ReadPlan } from "../../mocks/array/read-cells.ts";
import { runCells } from "../../mocks/array/read-kernel/memory.ts";
import type { Devices } from "../../mocks/device/devices.ts";
import { ageOf, driftedSiemens } from "../../mocks/device/drift.ts";
import {
  drawOf,
  eventKey,
  mix,
  normalTable,
  normalTableShift,
  timeBits,
} from "../../mocks/device/keyed-normal.ts";
import { componentCount, componentSum, fastestRate } from "../../mocks/device/read-noise.ts";

/** The sum of the codes of each cell, and whether one of its conversions gave the largest. Leaves the devices as they are. */
export function readings(
  devices: Devices,
  plan: ReadPlan,
  cells: Uint32Array,
  startSeconds: number,
): { codeSum: number; saturated: boolean }[] {
  const cellSeconds = plan.averages * plan.sampleSeconds;
  return Array.from(cells, (cell, index) => {
    // Times are added up as the runs of the kernel do, because every bit of them counts in the keys of draws.
    const n = index % runCells;
    return reading(devices, plan, cell, startSeconds + (index - n) * cellSeconds + n * cellSeconds);
  });
}

function reading(
  devices: Devices,
  plan: ReadPlan,
  cell: number,
  seconds: number,
): { codeSum: number; saturated: boolean } {
  const { averages, sampleSeconds, largestCode, whiteNoiseCodes, heldFrom, errors } = plan;
  const column = (cell - plan.firstCell) % plan.columns;
  const age = ageOf(devices, cell, seconds);
  const codes = driftedSiemens(devices, cell, age) * plan.codesPerSiemens * errors.gain[column]!;
  const noiseCodes = codes * devices.relativeNoise[cell]!;
  const key = eventKey(devices.mixedSeed, cell, devices.pulses[cell]!);
  const rate = fastestRate(key, devices.parameters.readNoise.readSeconds);
  const held = codes + noiseCodes * componentSum(key, rate, age, heldFrom, componentCount);
  const whiteKey = mix(key ^ timeBits(seconds));
  let codeSum = 0;
  let saturated = false;
  for (let j = 0; j < averages; j++) {
    const moving = componentSum(key, rate, age + j * sampleSeconds, 0, heldFrom);
    const frontEnd = whiteNoiseCodes * normalTable[drawOf(whiteKey, j) >>> normalTableShift]!;
    const code = Math.max(0, held + noiseCodes * moving) + frontEnd + (errors.offsetCodes[column]! + 0.5);
    saturated ||= code >= largestCode;
    codeSum += Math.floor(Math.min(largestCode, Math.max(0, code)));
  }
  return { codeSum, saturated };
}
