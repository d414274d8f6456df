/** One programming pulse on one device. */

import { type Devices, settle, withCycleNoise } from "./devices.ts";
import { afterFallingEdge, grown, quenchedSiemens } from "./melt-quench.ts";

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
  devices.pulses[cell] = (devices.pulses[cell] ?? 0) + 1;
  devices.lastPulseSeconds[cell] = endSeconds;
  const edge = trailingSeconds / parameters.crystallisation.seconds;
  const aim = withCycleNoise(devices, cell, aimOf(devices, cell, amperes, edge));
  const present = devices.siemens[cell] ?? 0;
  const hotSeconds = widthSeconds + trailingSeconds;
  settle(devices, cell, aim <= present ? aim : grown(parameters, present, aim, amperes, hotSeconds));
}

function aimOf(devices: Devices, cell: number, amperes: number, edgeInGrowthTimes: number): number {
  const traits = {
    setSiemens: devices.setSiemens[cell] ?? 0,
    floorSiemens: devices.floorSiemens[cell] ?? 0,
    halfAmperes: devices.halfAmperes[cell] ?? 0,
    slopeAmperes: devices.slopeAmperes[cell] ?? 1,
  };
  return afterFallingEdge(quenchedSiemens(traits, amperes), traits.setSiemens, edgeInGrowthTimes);
}
