/** One programming pulse on one device. */

import {
  type Devices,
  drawOfPulse,
  pulseDraw,
  settle,
  slownessOf,
  withCycleNoise,
  wornOut,
} from "./devices.ts";
import { expOf } from "./fast-exp.ts";
import { gradualSiemens } from "./gradual-set.ts";
import { normalTable, normalTableShift } from "./keyed-normal.ts";
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
  devices.pulses[cell] = devices.pulses[cell]! + 1;
  devices.lastPulseSeconds[cell] = endSeconds;
  devices.readDose[cell] = 0;
  if (devices.pulses[cell]! >= devices.firstFailure) wornOut(devices, cell);
  const edge = trailingSeconds / parameters.crystallisation.seconds;
  const molten = heatingAmperes(amperes, widthSeconds, parameters.melt.thermalSeconds);
  const aim = withCycleNoise(devices, cell, aimOf(devices, cell, molten, edge));
  if (aim <= devices.siemens[cell]!) {
    devices.setPulses[cell] = 0;
    settle(devices, cell, aim);
  } else settle(devices, cell, grownSiemens(devices, cell, aim, amperes, widthSeconds + trailingSeconds));
}

function aimOf(devices: Devices, cell: number, amperes: number, edgeInGrowthTimes: number): number {
  const traits = {
    setSiemens: devices.setSiemens[cell]!,
    floorSiemens: devices.floorSiemens[cell]!,
    halfAmperes: devices.halfAmperes[cell]!,
    slopeAmperes: devices.slopeAmperes[cell]!,
  };
  const quenched = quenchedSiemens(traits, amperes, devices.parameters.floor.currentExponent);
  return afterFallingEdge(quenched, traits.setSiemens, edgeInGrowthTimes);
}

/**
 * Conductance (S) after crystals have grown for a time at a current: at first in random steps, and once they span the glass
 * steadily towards `aim`, which the melt of the same pulse leaves crystalline.
 */
function grownSiemens(
  devices: Devices,
  cell: number,
  aim: number,
  amperes: number,
  hotSeconds: number,
): number {
  const { gradual } = devices.parameters;
  const growth = (hotSeconds * growthRate(devices.parameters, amperes)) / slownessOf(devices, cell);
  const pulses = growth / devices.growthOfPulse;
  const before = devices.setPulses[cell]!;
  devices.setPulses[cell] = before + pulses;
  const z = normalTable[drawOfPulse(devices, cell, pulseDraw.gradual) >>> normalTableShift]!;
  const stepped = Math.min(pulses, gradual.incubationPulses);
  const started = Math.min(aim, gradualSiemens(gradual, devices.siemens[cell]!, before, stepped, z));
  return pulses <= stepped
    ? started
    : aim + (started - aim) * expOf(-(pulses - stepped) * devices.growthOfPulse);
}
