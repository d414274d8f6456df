/**
 * Max-SET-fill: conductance varies least at SET and RESET, so as many devices as possible are left there. All devices of the sign of a
 * weight are SET and read; from that it is chosen which stay SET, which is RESET and which one is programmed in between, to the target
 * less what all others of the weight READ (set-fill-choice.ts). Those of the other sign are RESET.
 * Source: FACTS.md 8.3 b (Vasilopoulos et al., IEEE TED 2023; claim 20 of US 12,254,222).
 */

import { deviceSign } from "../../src/chip/weight-block.ts";
import type { Band, Decision, ProgrammingAlgorithm, Verification } from "./algorithm.ts";
import { type BandState, codeOf, copyOf, finished, initialState } from "./band-state.ts";
import { type DevicePlace, devicePlaces } from "./device-order.ts";
import { addReading } from "./estimation.ts";
import { aimAt, countPulse, forgetReadings, isZero, note, settle, verify } from "./feedback.ts";
import { assertMaxSetFillConsistent, type MaxSetFillParameters } from "./max-set-fill-parameters.ts";
import { feedback, late, reopened, verifyLate } from "./melt-quench.ts";
import { assertPossible } from "./possible.ts";
import { emptyPlan, type PulsePlan, trainsOf } from "./pulse-plan.ts";
import { chooseSetFill } from "./set-fill-choice.ts";
import { holdersOf } from "./split.ts";

/** Stages of a device, besides those of melt-quench. */
const setting = 3;
/** SET, until the whole band is. */
const isSet = 4;
const estimating = 5;
/** To be programmed in between, once the others of its weight hold what they will hold. */
const waiting = 6;

export const maxSetFill = (parameters: MaxSetFillParameters): ProgrammingAlgorithm => ({
  name: "max-set-fill",
  parameters,
  assertPossible(descriptor, cells) {
    assertMaxSetFillConsistent(parameters);
    for (const averages of [parameters.averages, parameters.estimate.averages])
      assertPossible({ ...parameters, averages }, descriptor, cells);
  },
  steps(band) {
    const job = { band, place: devicePlaces(band.block), parameters };
    return {
      begin: () => begin(job),
      next: (state, measured) => next(job, state, measured),
      verification: (state) => verification(state, parameters),
      reopened: (state) => reopenedButSet(state, parameters),
    };
  },
});

interface Job {
  readonly band: Band;
  readonly place: DevicePlace;
  readonly parameters: MaxSetFillParameters;
}

function begin({ band, place, parameters }: Job): Decision {
  const devices = band.knownBad.length;
  const state = initialState(devices, feedback);
  const plan = emptyPlan(devices);
  for (let weight = 0; weight < band.targets.length; weight++)
    for (const at of holdersOf(band, place, weight, signOf(band, weight)))
      state.targets[at] = Math.abs(band.targets[weight]!);
  state.amperes.fill(parameters.startAmperes);
  for (let n = 0; n < devices; n++) {
    if (band.knownBad[n] !== 0) settle(state, n, codeOf("skipped"));
    else if (isZero(state.targets[n]!, parameters)) plan.reset[n] = 1;
    else {
      plan.prepare[n] = 1;
      state.stages[n] = setting;
    }
  }
  return { state, trains: trainsOf(plan, parameters, band.descriptor) };
}

/** Which devices of a weight count for its target. */
const signOf = (band: Band, weight: number): 1 | -1 => (band.targets[weight]! < 0 ? -1 : 1);

function next(job: Job, before: BandState, measured: Float32Array): Decision {
  const draft = copyOf(before);
  const plan = emptyPlan(measured.length);
  for (let n = 0; n < measured.length; n++) verifyDevice(draft, plan, n, measured[n]!, job.parameters);
  const is = (stage: number): boolean => draft.stages.includes(stage);
  if (is(isSet) && !is(setting) && !is(feedback)) beginEstimate(draft);
  else if (before.stages.includes(estimating) && !is(estimating)) chooseAll(job, draft, plan);
  if (draft.stages.includes(waiting)) aimWaiting(job, draft);
  return { state: draft, trains: trainsOf(plan, job.parameters, job.band.descriptor) };
}

function verifyDevice(
  draft: BandState,
  plan: PulsePlan,
  n: number,
  reading: number,
  parameters: MaxSetFillParameters,
): void {
  const stage = draft.stages[n];
  if (stage === feedback) verify(draft, plan, n, reading, parameters);
  else if (stage === late) verifyLate(draft, plan, n, reading, parameters);
  else if (stage === setting) verifySet(draft, plan, n, reading, parameters);
  else if (stage === estimating && addReading(draft, n, reading, parameters.estimate))
    draft.stages[n] = finished;
}

/** A device that does not come up is taken for what it reads. */
function verifySet(
  draft: BandState,
  plan: PulsePlan,
  n: number,
  reading: number,
  { setSiemens, maxSets }: MaxSetFillParameters,
): void {
  note(draft, n, reading);
  if (reading >= setSiemens || draft.attempts[n]! + 1 >= maxSets) {
    draft.stages[n] = isSet;
    return;
  }
  countPulse(draft, n);
  plan.prepare[n] = 1;
}

const skipped = codeOf("skipped");

function beginEstimate(draft: BandState): void {
  for (let n = 0; n < draft.stages.length; n++) {
    if (draft.outcomes[n] === skipped) continue;
    draft.stages[n] = estimating;
    forgetReadings(draft, n);
  }
}

function chooseAll({ band, place, parameters }: Job, draft: BandState, plan: PulsePlan): void {
  for (let weight = 0; weight < band.targets.length; weight++) {
    const target = band.targets[weight]!;
    if (isZero(Math.abs(target), parameters)) continue;
    const holders = holdersOf(band, place, weight, signOf(band, weight)).filter(
      (at) => draft.outcomes[at] !== skipped,
    );
    if (holders.length === 0) continue;
    const { set, analog } = chooseSetFill(
      holders.map((at) => draft.estimates[at]!),
      Math.abs(target) + heldAgainst(band, place, draft, weight),
      parameters.marginSiemens,
    );
    holders.forEach((at, index) => {
      if (set.includes(index)) keepSet(draft, at, parameters);
      else if (analog?.device === index) aimAt(draft, at, analog.siemens, waiting);
      else {
        aimAt(draft, at, 0, feedback);
        plan.reset[at] = 1;
      }
    });
  }
}

/** SET is what the device was asked for, so that its target is what it reads. */
function keepSet(draft: BandState, at: number, { setSiemens }: MaxSetFillParameters): void {
  draft.targets[at] = draft.estimates[at]!;
  settle(draft, at, codeOf(draft.estimates[at]! >= setSiemens ? "converged" : "stuck-low"));
}

/** What the devices of the other sign read (S): RESET is not nothing. */
const heldAgainst = (band: Band, place: DevicePlace, draft: BandState, weight: number): number =>
  heldBy(band, place, draft, weight, signOf(band, weight) > 0 ? -1 : 1);

function heldBy(band: Band, place: DevicePlace, draft: BandState, weight: number, sign: 1 | -1): number {
  let sum = 0;
  for (let device = 0; device < band.block.devicesPerWeight; device++)
    if (deviceSign(band.block, device) === sign) sum += draft.estimates[place(weight, device)]!;
  return sum;
}

/** Aims the analog device of each weight whose other devices are done at what they leave. */
function aimWaiting({ band, place, parameters }: Job, draft: BandState): void {
  for (let weight = 0; weight < band.targets.length; weight++) {
    const places = Array.from({ length: band.block.devicesPerWeight }, (_, device) => place(weight, device));
    const analog = places.find((at) => draft.stages[at] === waiting);
    if (analog === undefined || places.some((at) => at !== analog && draft.stages[at] !== finished)) continue;
    const target = band.targets[weight]!;
    const own = heldBy(band, place, draft, weight, signOf(band, weight)) - draft.estimates[analog]!;
    const left = Math.abs(target) + heldAgainst(band, place, draft, weight) - own;
    aimAt(draft, analog, Math.max(0, left), feedback);
    draft.amperes[analog] = parameters.startAmperes;
  }
}

/** A device that was never melted is left SET: a late verification follows those in between and at RESET. */
function reopenedButSet(before: BandState, parameters: MaxSetFillParameters): BandState {
  const draft = reopened(before);
  const start = Math.fround(parameters.startAmperes);
  for (let n = 0; n < draft.stages.length; n++)
    if (draft.amperes[n] === start && !isZero(draft.targets[n]!, parameters)) draft.stages[n] = finished;
  return draft;
}

function verification(state: BandState, parameters: MaxSetFillParameters): Verification {
  const { averages, readVolts } = parameters;
  const mask = state.stages.map((stage) => ([finished, isSet, waiting].includes(stage) ? 0 : 1));
  if (state.stages.includes(estimating)) return { averages: parameters.estimate.averages, readVolts, mask };
  return { averages: state.stages.includes(late) ? parameters.late.averages : averages, readVolts, mask };
}
