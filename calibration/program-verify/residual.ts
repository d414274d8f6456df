/**
 * Residual programming: the devices of a weight are programmed by melt-quench, a little high; then all are read many times, and one
 * of the other sign takes away what the weight has too much. Its conductance is small, and so are its noise and its relaxation.
 * Source: FACTS.md 8.3 c (each later device cancels the error that the earlier ones left), with the partner of the pair as the later one.
 *
 * A late verification reads again and lets the corrector alone follow, so that the others keep the age at which they hardly change. It
 * leaves what all weights have lost together: drift compensation takes that back, and no small conductance could (`driftedScale`).
 */

import type { Band, BandSteps, Decision, ProgrammingAlgorithm, Verification } from "./algorithm.ts";
import { type BandState, codeOf, copyOf, finished, initialState } from "./band-state.ts";
import { pulseCorrector, verifyCorrector } from "./corrector.ts";
import { type DevicePlace, devicePlaces, netSiemens } from "./device-order.ts";
import { driftedScale } from "./drifted-scale.ts";
import { addReading } from "./estimation.ts";
import { aimAt, forgetReadings, isZero, settle, verify } from "./feedback.ts";
import { reaimMelted } from "./melt-quench.ts";
import { compensateStuck, weightsOf } from "./partner.ts";
import { assertPossible } from "./possible.ts";
import { emptyPlan, type PulsePlan, trainsOf } from "./pulse-plan.ts";
import { assertResidualConsistent, type ResidualParameters } from "./residual-parameters.ts";
import { deviceTargets, holdersOf } from "./split.ts";

/** Stages of a device: on the way to its first target, being read for the residual, and correcting it. */
const feedback = 1;
const estimating = 2;
const estimatingLate = 3;
const correcting = 4;

export const residual = (parameters: ResidualParameters): ProgrammingAlgorithm => ({
  name: "residual",
  parameters,
  assertPossible(descriptor, cells) {
    const { estimate, corrector } = parameters;
    assertResidualConsistent(parameters);
    for (const averages of [parameters.averages, estimate.averages, corrector.averages])
      assertPossible({ ...parameters, averages }, descriptor, cells);
  },
  steps(band) {
    const job = { band, place: devicePlaces(band.block), parameters };
    return {
      begin: () => begin(job),
      next: (state, measured) => next(job, state, measured),
      verification: (state) => verification(state, parameters),
      reopened,
    } satisfies BandSteps;
  },
});

interface Job {
  readonly band: Band;
  readonly place: DevicePlace;
  readonly parameters: ResidualParameters;
}

function begin({ band, place, parameters }: Job): Decision {
  const aimed = { ...band, targets: band.targets.map((target) => aimedHigh(target, parameters)) };
  const state = initialState(band.knownBad.length, feedback);
  const plan = emptyPlan(band.knownBad.length);
  state.targets.set(deviceTargets(aimed, place, parameters));
  state.amperes.fill(parameters.startAmperes);
  for (let n = 0; n < band.knownBad.length; n++) {
    if (band.knownBad[n] !== 0) settle(state, n, codeOf("skipped"));
    else if (isZero(state.targets[n]!, parameters)) plan.reset[n] = 1;
    else plan.prepare[n] = 1;
  }
  return { state, trains: trainsOf(plan, parameters, band.descriptor) };
}

/** A weight of nothing is left at nothing: two devices at RESET are quieter than two that hold the same. */
const aimedHigh = (target: number, parameters: ResidualParameters): number =>
  isZero(Math.abs(target), parameters)
    ? target
    : target + Math.sign(target) * parameters.aimHighSiemens + parameters.aimHighShare * target;

function next(job: Job, before: BandState, measured: Float32Array): Decision {
  const draft = copyOf(before);
  const plan = emptyPlan(measured.length);
  if (before.stages.includes(feedback)) programFirst(job, draft, plan, measured);
  else if (before.stages.some((stage) => stage === estimating || stage === estimatingLate))
    estimate(job, draft, plan, measured);
  else verifyCorrectors(job, draft, plan, measured);
  return { state: draft, trains: trainsOf(plan, job.parameters, job.band.descriptor) };
}

/** When the last of the band has come to an outcome, all are read for the residual: by then most of the relaxation is over. */
function programFirst(
  { band, place, parameters }: Job,
  draft: BandState,
  plan: PulsePlan,
  measured: Float32Array,
): void {
  const stuck: number[] = [];
  for (let n = 0; n < measured.length; n++)
    if (draft.stages[n] === feedback && verify(draft, plan, n, measured[n]!, parameters)) stuck.push(n);
  const reaim = (at: number, siemens: number): void =>
    reaimMelted(draft, plan, at, siemens, parameters, feedback);
  if (stuck.length > 0)
    for (const weight of weightsOf(band, place, stuck))
      compensateStuck(draft, { band, place, parameters, reaim }, weight);
  if (!draft.stages.includes(feedback)) beginEstimate(draft, estimating);
}

const skipped = codeOf("skipped");

function beginEstimate(draft: BandState, stage: number): void {
  for (let n = 0; n < draft.stages.length; n++) {
    if (draft.outcomes[n] === skipped) continue;
    draft.stages[n] = stage;
    forgetReadings(draft, n);
  }
}

function estimate(job: Job, draft: BandState, plan: PulsePlan, measured: Float32Array): void {
  const { parameters, band } = job;
  const isLate = draft.stages.includes(estimatingLate);
  let complete = true;
  for (let n = 0; n < measured.length; n++)
    if (draft.stages[n] !== finished)
      complete =
        addReading(draft, n, measured[n]!, isLate ? parameters.late : parameters.estimate) && complete;
  if (!complete) return;
  draft.stages.fill(finished);
  const net = netSiemens(band.block, draft.estimates);
  const left = isLate ? parameters.late.marginSiemens : parameters.residualSiemens;
  const scale = isLate ? driftedScale(band.targets, net) : 1;
  for (let weight = 0; weight < net.length; weight++) {
    const excess = net[weight]! - scale * band.targets[weight]!;
    if (Math.abs(excess) > left) correct(job, draft, plan, weight, excess);
  }
}

/** Gives a device of the other sign the small target that makes up for the excess (S). */
function correct(
  { band, place, parameters }: Job,
  draft: BandState,
  plan: PulsePlan,
  weight: number,
  excess: number,
): void {
  const target = band.targets[weight]!;
  const heavy = isZero(Math.abs(target), parameters) ? Math.sign(excess) : Math.sign(target);
  const at = correctorOf(band, place, draft, weight, heavy > 0 ? -1 : 1);
  if (at === undefined) return;
  const present = draft.estimates[at]!;
  const wanted = Math.max(0, present + heavy * excess);
  const fromReset = isZero(draft.targets[at]!, parameters);
  // Below RESET there is nothing: what the others are short of stays.
  if (fromReset && wanted <= Math.max(present, parameters.zeroSiemens)) return;
  const { corrector } = parameters;
  aimAt(draft, at, wanted, correcting);
  if (isZero(wanted, parameters)) plan.reset[at] = 1;
  else
    pulseCorrector(draft, plan, at, fromReset ? corrector.startAmperes : draft.amperes[at]!, {
      from: fromReset ? corrector.startSiemens : present,
      parameters,
    });
}

const stuckOrSkipped: readonly number[] = [codeOf("stuck-low"), codeOf("stuck-high"), skipped];

const correctorOf = (
  band: Band,
  place: DevicePlace,
  draft: BandState,
  weight: number,
  sign: 1 | -1,
): number | undefined =>
  holdersOf(band, place, weight, sign).find((at) => !stuckOrSkipped.includes(draft.outcomes[at]!));

function verifyCorrectors(
  { parameters }: Job,
  draft: BandState,
  plan: PulsePlan,
  measured: Float32Array,
): void {
  for (let n = 0; n < measured.length; n++)
    if (draft.stages[n] === correcting) verifyCorrector(draft, plan, n, measured[n]!, parameters);
}

function verification(
  state: BandState,
  { averages, readVolts, ...parameters }: ResidualParameters,
): Verification {
  const mask = state.stages.map((stage) => (stage === finished ? 0 : 1));
  const is = (stage: number): boolean => state.stages.includes(stage);
  if (is(feedback)) return { averages, readVolts, mask };
  if (is(estimating)) return { averages: parameters.estimate.averages, readVolts, mask };
  if (is(estimatingLate)) return { averages: parameters.late.averages, readVolts, mask };
  return { averages: parameters.corrector.averages, readVolts, mask };
}

function reopened(before: BandState): BandState {
  const draft = copyOf(before);
  beginEstimate(draft, estimatingLate);
  return draft;
}
