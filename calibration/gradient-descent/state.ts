/** What is known between two iterations; typed arrays and a number only, so that it can be stored as it is. */

import type { ColumnCorrection } from "./correction.ts";

/** One value for each device of each weight, device after device: that of weight w in device d is at d x weights + w. */
export interface DeviceKnowledge {
  /** Amplitude of the last melting pulse (A); 0 when nobody knows it. */
  readonly amperes: Float32Array;
  /** Conductance as far as known (S): the target of the programming before, and what products have told since. */
  readonly siemens: Float32Array;
  /** 1: gets no pulse, because it was found stuck or is known to be bad. */
  readonly barred: Uint8Array;
}

export interface DescentState extends DeviceKnowledge {
  /** As last adapted, or as measured by a calibration of the converters; undefined before there is any. */
  readonly correction: ColumnCorrection | undefined;
  /** Rounds of pulses so far. */
  readonly iterations: number;
  /** Pulses of the descent, those that may have been applied included. */
  readonly pulses: Uint16Array;
  /** Pulses in a row that moved the device by much less than they were meant to, or the other way. */
  readonly idle: Uint8Array;
  /** One value for each weight: net conductance less target as last estimated (S). */
  readonly errors: Float32Array;
  /** Device that was pulsed after that, and by how much that was meant to change it (S); `nobody` without one. */
  readonly moved: Uint8Array;
  readonly steps: Float32Array;
}

export const nobody = 255;

/** @param knowledge of all devices of `weights` weights. @param correction where one is known, so that nothing has to be taken for a gain. */
export function initialState(
  { amperes, siemens, barred }: DeviceKnowledge,
  weights: number,
  correction?: ColumnCorrection,
): DescentState {
  const devices = amperes.length;
  return {
    correction,
    amperes: amperes.slice(),
    siemens: siemens.slice(),
    barred: barred.slice(),
    iterations: 0,
    pulses: new Uint16Array(devices),
    idle: new Uint8Array(devices),
    errors: new Float32Array(weights),
    moved: new Uint8Array(weights).fill(nobody),
    steps: new Float32Array(weights),
  };
}

export const copyOf = (state: DescentState): DescentState => ({
  correction: state.correction,
  iterations: state.iterations,
  amperes: state.amperes.slice(),
  siemens: state.siemens.slice(),
  barred: state.barred.slice(),
  pulses: state.pulses.slice(),
  idle: state.idle.slice(),
  errors: state.errors.slice(),
  moved: state.moved.slice(),
  steps: state.steps.slice(),
});

/**
 * The state after estimated errors (S) are known: what the pulses of the last iteration did to their devices.
 * @param stuckShare of its step, by which a device has to move so as not to be idle.
 */
export function learned(
  before: DescentState,
  errors: ArrayLike<number>,
  signs: readonly (1 | -1)[],
  stuckShare: number,
): DescentState {
  const state = copyOf(before);
  const weights = state.errors.length;
  for (let weight = 0; weight < weights; weight++) {
    const device = state.moved[weight]!;
    if (device !== nobody) {
      const at = device * weights + weight;
      const change = signs[device]! * (errors[weight]! - state.errors[weight]!);
      state.siemens[at] = Math.max(0, state.siemens[at]! + change);
      state.idle[at] = change / state.steps[weight]! < stuckShare ? Math.min(255, state.idle[at]! + 1) : 0;
      state.moved[weight] = nobody;
    }
    state.errors[weight] = errors[weight]!;
  }
  return state;
}

/** The state after pulses of one device of some weights were decided and then not sent. @param before their decision. */
export function withoutPulses(
  state: DescentState,
  before: DescentState,
  {
    device,
    firstWeight,
    codes,
  }: { readonly device: number; readonly firstWeight: number; readonly codes: Uint16Array },
): DescentState {
  const result = copyOf(state);
  for (let n = 0; n < codes.length; n++) {
    if (codes[n] === 0) continue;
    const at = device * state.errors.length + firstWeight + n;
    result.amperes[at] = before.amperes[at]!;
    result.pulses[at] = before.pulses[at]!;
    result.moved[firstWeight + n] = nobody;
  }
  return result;
}
