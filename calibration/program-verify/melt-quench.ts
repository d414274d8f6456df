/**
 * Iterative melt-quench programming with amplitude feedback (feedback.ts): every device with a target is brought to a high conductance
 * and melted down to its target, every other one is RESET. Source: FACTS.md 1.2; Papandreou et al., ISCAS 2011.
 */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { BandSteps, Decision, ProgrammingAlgorithm, Verification } from "./algorithm.ts";
import { type BandState, codeOf, copyOf, finished, initialState } from "./band-state.ts";
import { devicePlaces } from "./device-order.ts";
import { addReading } from "./estimation.ts";
import { aimAt, forgetReadings, isZero, settle, verify } from "./feedback.ts";
import { assertConsistent, type MeltQuenchParameters } from "./parameters.ts";
import { compensateStuck, weightsOf } from "./partner.ts";
import { assertPossible } from "./possible.ts";
import { emptyPlan, type PulsePlan, trainsOf } from "./pulse-plan.ts";
import { deviceTargets } from "./split.ts";

/** Stages of a device: pulses and verifying readings; and the readings of a late verification. */
export const feedback = 1;
export const late = 2;

export const meltQuench = (parameters: MeltQuenchParameters): ProgrammingAlgorithm => ({
  name: "melt-quench",
  parameters,
  assertPossible(descriptor, cells) {
    assertConsistent(parameters);
    assertPossible(parameters, descriptor, cells);
  },
  steps(band) {
    const place = devicePlaces(band.block);
    return deviceSteps({
      targets: deviceTargets(band, place, parameters),
      knownBad: band.knownBad,
      descriptor: band.descriptor,
      parameters,
      compensate: (draft, plan, stuck) => {
        const reaim = (at: number, siemens: number): void =>
          reaimMelted(draft, plan, at, siemens, parameters, feedback);
        for (const weight of weightsOf(band, place, stuck))
          compensateStuck(draft, { band, place, parameters, reaim }, weight);
      },
    });
  },
});

/**
 * Another target for a device. What was planned for the one before is no longer meant: the device is read again before the loop goes on,
 * after a RESET or the preparation where the new target is of the other kind. `draft` and `plan` are changed.
 */
export function reaimMelted(
  draft: BandState,
  plan: PulsePlan,
  at: number,
  siemens: number,
  parameters: MeltQuenchParameters,
  stage: number,
): void {
  const zero = isZero(siemens, parameters);
  const wasZero = isZero(draft.targets[at]!, parameters);
  aimAt(draft, at, siemens, stage);
  plan.amperes[at] = 0;
  plan.reset[at] = zero ? 1 : 0;
  plan.prepare[at] = wasZero && !zero ? 1 : 0;
  if (wasZero) draft.amperes[at] = parameters.startAmperes;
}

/** Devices with a target each, whatever they stand for. */
export interface MeltQuenchDevices {
  /** S. */
  readonly targets: Float32Array;
  readonly knownBad: Uint8Array;
  readonly descriptor: Descriptor;
  readonly parameters: MeltQuenchParameters;
  /** What is done about devices that were just found stuck; `draft` and `plan` are changed. */
  readonly compensate?: (draft: BandState, plan: PulsePlan, stuck: readonly number[]) => void;
}

export const deviceSteps = (devices: MeltQuenchDevices): BandSteps => ({
  begin: () => begin(devices),
  next: (state, measured) => next(devices, state, measured),
  verification: (state) => verification(state, devices.parameters),
  reopened,
});

function begin({ targets, knownBad, descriptor, parameters }: MeltQuenchDevices): Decision {
  const state = initialState(targets.length, feedback);
  const plan = emptyPlan(targets.length);
  state.targets.set(targets);
  state.amperes.fill(parameters.startAmperes);
  for (let n = 0; n < targets.length; n++) {
    if (knownBad[n] !== 0) settle(state, n, codeOf("skipped"));
    else if (isZero(targets[n]!, parameters)) plan.reset[n] = 1;
    else plan.prepare[n] = 1;
  }
  return { state, trains: trainsOf(plan, parameters, descriptor) };
}

function next(
  { descriptor, parameters, compensate }: MeltQuenchDevices,
  before: BandState,
  measured: Float32Array,
): Decision {
  const draft = copyOf(before);
  const plan = emptyPlan(measured.length);
  const stuck: number[] = [];
  for (let n = 0; n < measured.length; n++) {
    const found =
      draft.stages[n] === feedback
        ? verify(draft, plan, n, measured[n]!, parameters)
        : draft.stages[n] === late && verifyLate(draft, plan, n, measured[n]!, parameters);
    if (found) stuck.push(n);
  }
  if (stuck.length > 0) compensate?.(draft, plan, stuck);
  return { state: draft, trains: trainsOf(plan, parameters, descriptor) };
}

/** Once the late readings are complete: a device that left the margin gets its next pulse. */
export function verifyLate(
  draft: BandState,
  plan: PulsePlan,
  device: number,
  reading: number,
  parameters: MeltQuenchParameters,
): boolean {
  if (!addReading(draft, device, reading, parameters.late)) return false;
  const estimate = draft.estimates[device]!;
  const margin = isZero(draft.targets[device]!, parameters)
    ? parameters.zeroMarginSiemens
    : parameters.late.marginSiemens;
  forgetReadings(draft, device);
  if (Math.abs(estimate - draft.targets[device]!) <= margin) {
    settle(draft, device, codeOf("converged"));
    return false;
  }
  draft.stages[device] = feedback;
  return verify(draft, plan, device, estimate, parameters);
}

const verification = (state: BandState, parameters: MeltQuenchParameters): Verification => ({
  averages: state.stages.includes(late) ? parameters.late.averages : parameters.averages,
  readVolts: parameters.readVolts,
  mask: state.stages.map((stage) => (stage === finished ? 0 : 1)),
});

const programmable: readonly number[] = [codeOf("converged"), codeOf("exhausted")];

/** Every device that could be programmed is read and judged again. */
export function reopened(before: BandState): BandState {
  const draft = copyOf(before);
  for (let n = 0; n < draft.stages.length; n++) {
    if (!programmable.includes(draft.outcomes[n]!)) continue;
    draft.stages[n] = late;
    draft.attempts[n] = 0;
    forgetReadings(draft, n);
  }
  return draft;
}
