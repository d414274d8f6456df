/**
 * One iteration of gradient descent on the error of matrix-vector products as a pure step: from the estimated errors of weights to
 * the pulses that come next. Source: Büchel et al., IEDM 2022 and JETCAS 2023 (FACTS 8.3 a); which device moves, and by how much
 * current, is ours.
 */

import { codeOf, underWay } from "../program-verify/band-state.ts";
import type { WeightErrors } from "./gradient.ts";
import { typicalCurve } from "./melt-curve.ts";
import { isStuck, type Move, moveOf } from "./move.ts";
import type { DescentParameters } from "./parameters.ts";
import { type DescentState, learned } from "./state.ts";

export interface StepContext {
  readonly parameters: DescentParameters;
  /** Of the devices of a weight: for it or against it. */
  readonly signs: readonly (1 | -1)[];
  readonly amperesPerCode: number;
}

export interface DescentStep {
  readonly state: DescentState;
  /** Codes of `cellOutcomes` of weights that get no pulse any more, as far as this iteration can tell; `underWay` for the others. */
  readonly outcomes: Uint8Array;
  /** For each device of a weight DAC codes, one for each weight, 0 for no pulse. */
  readonly amplitudeCodes: readonly Uint16Array[];
  readonly pulses: number;
}

/** @param errors of weights in S, row by row. */
export function step(before: DescentState, errors: WeightErrors, context: StepContext): DescentStep {
  const { parameters, signs, amperesPerCode } = context;
  const learnt = learned(before, errors.values, signs, parameters.stuckShare);
  const weights = learnt.errors.length;
  const outcomes = new Uint8Array(weights).fill(codeOf("converged"));
  const amplitudeCodes = signs.map(() => new Uint16Array(weights));
  const curve = typicalCurve(learnt.amperes, learnt.siemens, parameters.curve);
  let left = pulsesLeft(learnt, parameters);
  const allowed = left;
  for (const weight of openWeights(learnt.errors, errors.deviations, parameters)) {
    const move = left > 0 ? moveOf(learnt, weight, signs, curve, parameters) : undefined;
    outcomes[weight] = move === undefined ? outcomeOf(learnt, weight, context) : underWay;
    if (move === undefined) continue;
    amplitudeCodes[move.device]![weight] = Math.round(move.amperes / amperesPerCode);
    book(learnt, weight, move);
    left--;
  }
  const pulses = allowed - left;
  const state = { ...learnt, iterations: learnt.iterations + (pulses > 0 ? 1 : 0) };
  return { state, outcomes, amplitudeCodes, pulses };
}

/** Weights whose errors are large and no chance, the largest first. */
function openWeights(
  errors: Float32Array,
  deviations: Float64Array,
  parameters: DescentParameters,
): number[] {
  const { marginSiemens, significance } = parameters;
  const columns = deviations.length;
  const open: number[] = [];
  for (let weight = 0; weight < errors.length; weight++) {
    const chance = significance * deviations[weight % columns]!;
    if (Math.abs(errors[weight]!) > Math.max(marginSiemens, chance)) open.push(weight);
  }
  return open.sort((a, b) => Math.abs(errors[b]!) - Math.abs(errors[a]!));
}

function pulsesLeft({ iterations, pulses }: DescentState, parameters: DescentParameters): number {
  if (iterations >= parameters.maxIterations) return 0;
  return Math.max(0, parameters.maxPulses - pulses.reduce((sum, count) => sum + count, 0));
}

/** Of a weight whose error stays. */
function outcomeOf(state: DescentState, weight: number, { signs, parameters }: StepContext): number {
  const weights = state.errors.length;
  const stuck = signs.some((_, device) => isStuck(state, device * weights + weight, parameters));
  if (!stuck) return codeOf("exhausted");
  return codeOf(state.errors[weight]! < 0 ? "stuck-low" : "stuck-high");
}

/** Into a state that this step has just made. */
function book(state: DescentState, weight: number, { device, amperes, to }: Move): void {
  const at = device * state.errors.length + weight;
  state.amperes[at] = amperes;
  state.pulses[at]!++;
  state.moved[weight] = device;
  state.steps[weight] = to - state.siemens[at]!;
}
