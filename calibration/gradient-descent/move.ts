/** Which device of a unit cell takes the pulse that is to lessen the cell's error, and with which amplitude. */

import { amperesAfter, amperesFor, type MeltCurve } from "./melt-curve.ts";
import type { DescentParameters } from "./parameters.ts";
import type { DescentState } from "./state.ts";

export interface Move {
  readonly device: number;
  readonly amperes: number;
  /** Conductance that is meant to come out (S). */
  readonly to: number;
}

/**
 * A lower amplitude than the last one leaves more conductance (SET-type), a higher one less (RESET-type). Too much net conductance
 * asks for less in a device that counts for the weight or for more in one that counts against it; devices without room for that,
 * without pulses left, or stuck are no candidates. Of the others the one moves that is expected to leave the smallest error.
 * @returns undefined when no device can.
 */
export function moveOf(
  state: DescentState,
  weight: number,
  signs: readonly (1 | -1)[],
  curve: MeltCurve,
  parameters: DescentParameters,
): Move | undefined {
  const { maxStepSiemens } = parameters;
  const net = Math.max(-maxStepSiemens, Math.min(maxStepSiemens, -state.errors[weight]!));
  let best: Move | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let device = 0; device < signs.length; device++) {
    const at = device * state.errors.length + weight;
    if (state.pulses[at]! >= parameters.maxPulsesPerDevice || isStuck(state, at, parameters)) continue;
    const from = state.siemens[at]!;
    const step = signs[device]! * net;
    const to = Math.max(0, Math.min(parameters.maxSiemens, from + step));
    if ((to - from) / step < leastPart) continue;
    const known = state.amperes[at]!;
    const aim = from + parameters.rate * (to - from);
    const amperes = known > 0 ? amperesAfter(curve, known, from, aim) : amperesFor(curve, to);
    if (amperes < parameters.minAmperes || amperes > parameters.maxAmperes) continue;
    const left = Math.hypot(scatterOf(known > 0, from, to), step - (to - from));
    if (left >= least) continue;
    least = left;
    best = { device, amperes, to };
  }
  return best;
}

/** Of a step, for which a device must have room. */
const leastPart = 0.25;

/** It was found so before, or its last pulses were meant to move it and did not. */
export const isStuck = ({ barred, idle }: DescentState, at: number, parameters: DescentParameters): boolean =>
  barred[at] === 1 || idle[at]! >= parameters.stuckPulses;

/** Of the glass, from pulse to pulse, relative to the conductance. */
const cycleShare = 0.05;
/** Of what is known of a device: part of its step when an amplitude is known, part of all its conductance when none is. */
const stepShare = 0.25;
const strangerShare = 0.6;

/** Rough standard deviation (S) of the conductance that comes out; only the order of the devices depends on it. */
const scatterOf = (known: boolean, from: number, to: number): number =>
  Math.hypot(cycleShare * to, known ? stepShare * (to - from) : strangerShare * to);
