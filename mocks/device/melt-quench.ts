/**
 * What a current pulse does to the phase configuration of a mushroom cell, as pure functions.
 * The current melts a dome over the heater; quenched, the dome is amorphous and blocks the current. A larger current melts
 * more. Amorphous material outside the new dome is hot but solid during the pulse, and crystallises.
 */

import { expOf, logOf } from "./fast-math.ts";
import type { DeviceParameters } from "./parameters.ts";

interface Traits {
  readonly setSiemens: number;
  readonly floorSiemens: number;
  readonly halfAmperes: number;
  readonly slopeAmperes: number;
}

/**
 * Conductance (S) left by a box pulse of the given current (A) that has had time enough: falls from SET to floor. The floor
 * itself falls as the dome grows beyond what closes the device.
 */
export function quenchedSiemens(traits: Traits, amperes: number, floorExponent: number): number {
  const { setSiemens, floorSiemens, halfAmperes, slopeAmperes } = traits;
  const floor =
    amperes <= halfAmperes
      ? floorSiemens
      : floorSiemens * expOf(-floorExponent * logOf(amperes / halfAmperes));
  return floor + (setSiemens - floor) / (1 + expOf((amperes - halfAmperes) / slopeAmperes));
}

/** Beyond this many time constants the heating is complete to 4e-9. */
const completeAfter = 20;

/** The current (A) that would melt as much in a long pulse: Joule heat goes with the square, and builds up over the thermal time. */
export const heatingAmperes = (amperes: number, widthSeconds: number, thermalSeconds: number): number =>
  widthSeconds >= completeAfter * thermalSeconds
    ? amperes
    : amperes * Math.sqrt(1 - expOf(-widthSeconds / thermalSeconds));

/** Crystal growth rate (1/s): a bump over ln(current). Too cold below the peak, mostly molten above it. */
export function growthRate(parameters: DeviceParameters, amperes: number): number {
  const { seconds, peakAmperes, logWidth } = parameters.crystallisation;
  const x = logOf(amperes / peakAmperes) / logWidth;
  return expOf(-0.5 * x * x) / seconds;
}

/** A slow falling edge leads the melt through the growth temperatures, so that less of it stays amorphous. */
export function afterFallingEdge(quenched: number, set: number, edgeInGrowthTimes: number): number {
  return edgeInGrowthTimes === 0 ? quenched : set + (quenched - set) * expOf(-edgeInGrowthTimes);
}
