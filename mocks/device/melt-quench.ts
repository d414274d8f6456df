/**
 * What a current pulse does to the phase configuration of a mushroom cell, as pure functions.
 * The current melts a dome over the heater; quenched, the dome is amorphous and blocks the current. A larger current melts
 * more. Amorphous material outside the new dome is hot but solid during the pulse, and crystallises.
 */

import type { DeviceParameters } from "./parameters.ts";

export interface Traits {
  readonly setSiemens: number;
  readonly floorSiemens: number;
  readonly halfAmperes: number;
  readonly slopeAmperes: number;
}

/** Conductance (S) left by a box pulse of the given current (A) that has had time enough: falls from SET to floor. */
export function quenchedSiemens(traits: Traits, amperes: number): number {
  const range = traits.setSiemens - traits.floorSiemens;
  return traits.floorSiemens + range / (1 + Math.exp((amperes - traits.halfAmperes) / traits.slopeAmperes));
}

/** Crystal growth rate (1/s): a bump over ln(current). Too cold below the peak, mostly molten above it. */
export function growthRate(parameters: DeviceParameters, amperes: number): number {
  const { seconds, peakAmperes, logWidth } = parameters.crystallisation;
  const x = Math.log(amperes / peakAmperes) / logWidth;
  return Math.exp(-0.5 * x * x) / seconds;
}

/** A slow falling edge leads the melt through the growth temperatures, so that less of it stays amorphous. */
export function afterFallingEdge(quenched: number, set: number, edgeInGrowthTimes: number): number {
  return edgeInGrowthTimes === 0 ? quenched : set + (quenched - set) * Math.exp(-edgeInGrowthTimes);
}

/** Conductance (S) after the amorphous volume has shrunk for a time at a current: part of the way from `present` up to `aim`. */
export function grown(
  parameters: DeviceParameters,
  present: number,
  aim: number,
  amperes: number,
  hotSeconds: number,
): number {
  return aim + (present - aim) * Math.exp(-hotSeconds * growthRate(parameters, amperes));
}
