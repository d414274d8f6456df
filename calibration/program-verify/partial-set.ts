/**
 * RESET-first programming by partial SET: every device is brought to RESET, and then up to its target by short pulses below melting,
 * each verified, whose amplitude rises until they move the device enough. One that is overshot goes back to RESET and up again by
 * smaller steps. Source: SET pulses of FACTS.md 1.1 (Sebastian et al. 2017); incremental programming as in FACTS.md 8.3 e.
 */

import type { Band, Decision, ProgrammingAlgorithm, Verification } from "./algorithm.ts";
import { type BandState, codeOf, copyOf, finished, initialState } from "./band-state.ts";
import { type DevicePlace, devicePlaces } from "./device-order.ts";
import { addReading } from "./estimation.ts";
import { aimAt, countPulse, forgetReadings, isZero, note, settle, stillSiemens } from "./feedback.ts";
import { late, reopened } from "./melt-quench.ts";
import { assertPartialSetConsistent, type PartialSetParameters } from "./partial-set-parameters.ts";
import { compensateStuck, weightsOf } from "./partner.ts";
import { assertAllowed, trainsWith } from "./possible.ts";
import { emptyPlan, type PulsePlan, trainsOf } from "./pulse-plan.ts";
import { deviceTargets } from "./split.ts";

/** Stages of a device, besides that of a late verification, which `reopened` gives. */
const growing = 1;
const resetting = 3;

export const partialSet = (parameters: PartialSetParameters): ProgrammingAlgorithm => ({
  name: "partial-set",
  parameters,
  assertPossible(descriptor, cells) {
    const { minAmperes, maxAmperes, averages, late: lateReading, readVolts } = parameters;
    assertPartialSetConsistent(parameters);
    assertAllowed(
      descriptor,
      trainsWith([minAmperes, maxAmperes], shapes(parameters), descriptor),
      [averages, lateReading.averages].map((count) => ({ averages: count, readVolts })),
      cells,
    );
  },
  steps(band) {
    const job = { band, place: devicePlaces(band.block), parameters };
    return {
      begin: () => begin(job),
      next: (state, measured) => next(job, state, measured),
      verification: (state) => verification(state, parameters),
      reopened,
    };
  },
});

/** There is no preparation but RESET. */
const shapes = ({ reset, pulseWidthSeconds }: PartialSetParameters) => ({
  reset,
  pulseWidthSeconds,
  preparation: [reset],
});

interface Job {
  readonly band: Band;
  readonly place: DevicePlace;
  readonly parameters: PartialSetParameters;
}

function begin({ band, place, parameters }: Job): Decision {
  const state = initialState(band.knownBad.length, resetting);
  const plan = emptyPlan(band.knownBad.length);
  state.targets.set(deviceTargets(band, place, parameters));
  state.stepAmperes.fill(parameters.stepAmperes);
  for (let n = 0; n < band.knownBad.length; n++) {
    if (band.knownBad[n] !== 0) settle(state, n, codeOf("skipped"));
    else plan.reset[n] = 1;
  }
  return { state, trains: trainsOf(plan, shapes(parameters), band.descriptor) };
}

function next({ band, place, parameters }: Job, before: BandState, measured: Float32Array): Decision {
  const draft = copyOf(before);
  const plan = emptyPlan(measured.length);
  const stuck: number[] = [];
  for (let n = 0; n < measured.length; n++)
    if (draft.stages[n] !== finished && verify(draft, plan, n, measured[n]!, parameters)) stuck.push(n);
  const reaim = (at: number, siemens: number): void => {
    aimAt(draft, at, siemens, resetting);
    draft.stepAmperes[at] = parameters.stepAmperes;
    plan.amperes[at] = 0;
    plan.reset[at] = 1;
  };
  if (stuck.length > 0)
    for (const weight of weightsOf(band, place, stuck))
      compensateStuck(draft, { band, place, parameters, reaim }, weight);
  return { state: draft, trains: trainsOf(plan, shapes(parameters), band.descriptor) };
}

/** @returns whether the device was found stuck. */
function verify(
  draft: BandState,
  plan: PulsePlan,
  device: number,
  reading: number,
  parameters: PartialSetParameters,
): boolean {
  const isLate = draft.stages[device] === late;
  const before = draft.estimates[device]!;
  if (!isLate) note(draft, device, reading);
  else if (!addReading(draft, device, reading, parameters.late)) return false;
  const present = draft.estimates[device]!;
  const target = draft.targets[device]!;
  if (
    accepted(present, target, isLate ? parameters.late.marginSiemens : parameters.marginSiemens, parameters)
  ) {
    settle(draft, device, codeOf("converged"));
    return false;
  }
  if (isLate) {
    forgetReadings(draft, device);
    note(draft, device, present);
  } else if (mayBeNoise(draft, device, present - target, parameters)) {
    draft.reads[device]!++;
    return false;
  }
  draft.reads[device] = 0;
  const ended = endOf(draft, device, present, parameters);
  if (ended !== undefined) {
    settle(draft, device, codeOf(ended));
    return ended !== "exhausted";
  }
  countPulse(draft, device);
  if (present > target || isZero(target, parameters)) backToReset(draft, plan, device, parameters);
  else grow(draft, plan, device, isLate ? 0 : present - before, parameters);
  return false;
}

const mayBeNoise = (
  draft: BandState,
  device: number,
  excessSiemens: number,
  { doubtSiemens, rereads }: PartialSetParameters,
): boolean =>
  draft.stages[device] === growing &&
  excessSiemens > 0 &&
  excessSiemens <= doubtSiemens &&
  draft.reads[device]! < rereads;

const accepted = (
  reading: number,
  target: number,
  marginSiemens: number,
  parameters: PartialSetParameters,
): boolean =>
  isZero(target, parameters)
    ? reading <= parameters.zeroMarginSiemens
    : Math.abs(reading - target) <= marginSiemens;

function endOf(
  draft: BandState,
  device: number,
  reading: number,
  parameters: PartialSetParameters,
): "stuck-low" | "stuck-high" | "exhausted" | undefined {
  const { maxResets, maxIterations, maxAmperes, stuckIterations } = parameters;
  const attempts = draft.attempts[device]!;
  const highest = draft.highest[device]!;
  const noise = stillSiemens(highest, parameters);
  const target = draft.targets[device]!;
  // As in `judged`, and since SET pulses count as attempts: a small target that was overshot leaves little room to move.
  const unmoved = highest - draft.lowest[device]! < noise && Math.abs(reading - target) > noise;
  if (unmoved && reading > target && attempts >= maxResets) return "stuck-high";
  const strongest = draft.amperes[device]! >= Math.fround(maxAmperes);
  if (unmoved && strongest && attempts >= stuckIterations) return "stuck-low";
  return attempts >= (isZero(target, parameters) ? maxResets : maxIterations) ? "exhausted" : undefined;
}

/** An overshoot is answered by steps of half the size; the first RESET comes before the first steps. */
function backToReset(
  draft: BandState,
  plan: PulsePlan,
  device: number,
  { smallestStepAmperes }: PartialSetParameters,
): void {
  plan.reset[device] = 1;
  if (draft.stages[device] === growing)
    draft.stepAmperes[device] = Math.max(smallestStepAmperes, draft.stepAmperes[device]! / 2);
  draft.stages[device] = resetting;
}

/**
 * The next SET pulse: stronger when the last one moved the device by less than half of what is left, weaker when by more than that.
 * @param movedSiemens by the last pulse.
 */
function grow(
  draft: BandState,
  plan: PulsePlan,
  device: number,
  movedSiemens: number,
  { startAmperes, minAmperes, maxAmperes }: PartialSetParameters,
): void {
  const first = draft.stages[device] !== growing;
  const left = draft.targets[device]! - draft.estimates[device]!;
  const direction = movedSiemens < left / 2 ? 1 : movedSiemens > left ? -1 : 0;
  const wanted = first ? startAmperes : draft.amperes[device]! + direction * draft.stepAmperes[device]!;
  draft.stages[device] = growing;
  draft.amperes[device] = Math.min(maxAmperes, Math.max(minAmperes, wanted));
  plan.amperes[device] = draft.amperes[device]!;
}

const verification = (
  state: BandState,
  { averages, readVolts, ...rest }: PartialSetParameters,
): Verification => ({
  averages: state.stages.includes(late) ? rest.late.averages : averages,
  readVolts,
  mask: state.stages.map((stage) => (stage === finished ? 0 : 1)),
});
