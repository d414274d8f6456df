/** One programming pulse on one device: a box of current, then a fall of the current to zero. */

import { cycleScatter, type Devices, isStuck, pulseKey, settle, slownessOf, wearOut } from "./devices.ts";
import { disturbedSiemens } from "./drift.ts";
import { draw } from "./events.ts";
import { expOf } from "./fast-math.ts";
import { gradualSiemens } from "./gradual-set.ts";
import { drawOf, normalTable, normalTableShift } from "./keyed-normal.ts";
import { afterFallingEdge, growthRate, heatingAmperes, quenchedSiemens } from "./melt-quench.ts";

/**
 * Applies a pulse of `amperes` with a box of `widthSeconds` and a falling edge of `trailingSeconds` that ends at chip
 * time `endSeconds`. Below the onset the device feels nothing: no wear, no new draws, its drift goes on.
 */
export function applyPulse(
  devices: Devices,
  cell: number,
  amperes: number,
  widthSeconds: number,
  trailingSeconds: number,
  endSeconds: number,
): void {
  const { parameters } = devices;
  if (amperes < parameters.onsetAmperes || amperes === 0) return;
  const present = disturbedSiemens(devices, cell);
  devices.pulses[cell] = devices.pulses[cell]! + 1;
  devices.lastPulseSeconds[cell] = endSeconds;
  devices.readDose[cell] = 0;
  if (devices.pulses[cell]! >= devices.firstFailure) wearOut(devices, cell);
  const key = pulseKey(devices, cell);
  if (isStuck(devices, cell)) {
    settle(devices, cell, devices.setSiemens[cell]!, key);
    return;
  }
  const afterBox = afterBoxSiemens(devices, cell, present, amperes, widthSeconds, key);
  const edge = trailingSeconds === 0 ? 0 : edgeInGrowthTimes(devices, cell, trailingSeconds);
  settle(devices, cell, afterFallingEdge(afterBox, devices.setSiemens[cell]!, edge), key);
}

const edgeInGrowthTimes = (devices: Devices, cell: number, trailingSeconds: number): number =>
  trailingSeconds / (devices.parameters.crystallisation.seconds * slownessOf(devices, cell));

/** The melt takes a device down to what it leaves crystalline; a device that is below that already grows up to it. */
function afterBoxSiemens(
  devices: Devices,
  cell: number,
  present: number,
  amperes: number,
  widthSeconds: number,
  key: number,
): number {
  const { melt, floor } = devices.parameters;
  const traits = {
    setSiemens: devices.setSiemens[cell]!,
    floorSiemens: devices.floorSiemens[cell]!,
    halfAmperes: devices.halfAmperes[cell]!,
    slopeAmperes: devices.slopeAmperes[cell]!,
  };
  const molten = heatingAmperes(amperes, widthSeconds, melt.thermalSeconds);
  const quenched = quenchedSiemens(traits, molten, floor.currentExponent);
  const aim = cycleScatter(devices, cell, quenched, key);
  if (aim > present) return grownSiemens(devices, cell, present, aim, amperes, widthSeconds, key);
  // The crystals that a melt leaves keep their memory, the new glass has none.
  devices.setPulses[cell] = devices.setPulses[cell]! * (aim / present);
  return aim;
}

/**
 * Conductance (S) after crystals have grown for a time at a current: at first in random steps, and once they span the glass
 * steadily towards `aim`, which the melt of the same pulse leaves crystalline.
 */
function grownSiemens(
  devices: Devices,
  cell: number,
  present: number,
  aim: number,
  amperes: number,
  hotSeconds: number,
  key: number,
): number {
  const { gradual } = devices.parameters;
  const growth = (hotSeconds * growthRate(devices.parameters, amperes)) / slownessOf(devices, cell);
  const pulses = growth / devices.growthOfPulse;
  const before = devices.setPulses[cell]!;
  devices.setPulses[cell] = before + pulses;
  const z = normalTable[drawOf(key, draw.gradual) >>> normalTableShift]!;
  const stepped = Math.min(pulses, gradual.incubationPulses);
  // A step is no larger than the glass that this pulse could crystallise, in either direction.
  const room = aim - present;
  const step = gradualSiemens(gradual, present, before, stepped, z) - present;
  const started = present + Math.max(-room, Math.min(room, step));
  return pulses <= stepped
    ? started
    : aim + (started - aim) * expOf(-(pulses - stepped) * devices.growthOfPulse);
}
