/**
 * Amplitude feedback on one device: the next melt-quench pulse from the error that was read. A larger current melts more and leaves
 * less conductance, so the amplitude moves with the error: I += c (G - target).
 * Source: FACTS.md 1.2; Papandreou et al., ISCAS 2011.
 */

import { type BandState, codeOf, finished, underWay } from "./band-state.ts";
import type { FeedbackParameters } from "./parameters.ts";
import type { PulsePlan } from "./pulse-plan.ts";

const converged = codeOf("converged");
const largestCount = 255;

/** Aims a device at a target (S) anew: what was known of its readings belongs to the target before. `draft` is changed. */
export function aimAt(draft: BandState, device: number, siemens: number, stage: number): void {
  draft.targets[device] = siemens;
  draft.stages[device] = stage;
  draft.outcomes[device] = underWay;
  draft.attempts[device] = 0;
  forgetReadings(draft, device);
}

export function forgetReadings(draft: BandState, device: number): void {
  draft.reads[device] = 0;
  draft.lowest[device] = Number.POSITIVE_INFINITY;
  draft.highest[device] = Number.NEGATIVE_INFINITY;
}

/** Ends what is done with a device. */
export function settle(draft: BandState, device: number, outcome: number): void {
  draft.outcomes[device] = outcome;
  draft.stages[device] = finished;
}

/**
 * Judges a device by a verifying reading (S), and either settles it or plans its next pulse. `draft` and `plan` are changed.
 * @returns whether the device was found stuck.
 */
export function verify(
  draft: BandState,
  plan: PulsePlan,
  device: number,
  reading: number,
  parameters: FeedbackParameters,
): boolean {
  note(draft, device, reading);
  const outcome = judged(draft, device, reading, parameters);
  if (outcome !== underWay) {
    settle(draft, device, outcome);
    return outcome !== converged && outcome !== codeOf("exhausted");
  }
  draft.outcomes[device] = underWay;
  countPulse(draft, device);
  if (isZero(draft.targets[device]!, parameters)) plan.reset[device] = 1;
  else {
    const error = calmness(draft.attempts[device]!, parameters) * (reading - draft.targets[device]!);
    draft.amperes[device] = nextAmperes(draft.amperes[device]!, error, parameters);
    plan.amperes[device] = draft.amperes[device]!;
  }
  return false;
}

/** The part of the gain that is used after so many pulses. */
const calmness = (attempts: number, { calmAfterIterations }: FeedbackParameters): number =>
  calmAfterIterations === undefined ? 1 : Math.min(1, calmAfterIterations / attempts);

export function note(draft: BandState, device: number, reading: number): void {
  draft.estimates[device] = reading;
  draft.lowest[device] = Math.min(draft.lowest[device]!, reading);
  draft.highest[device] = Math.max(draft.highest[device]!, reading);
}

export function countPulse(draft: BandState, device: number): void {
  draft.attempts[device] = Math.min(largestCount, draft.attempts[device]! + 1);
  draft.iterations[device] = Math.min(largestCount, draft.iterations[device]! + 1);
}

/** Whether a target (S) is the RESET state. */
export const isZero = (siemens: number, { zeroSiemens }: Pick<FeedbackParameters, "zeroSiemens">): boolean =>
  siemens <= zeroSiemens;

/** The amplitude after an error (S), bounded. */
export function nextAmperes(
  amperes: number,
  errorSiemens: number,
  parameters: Pick<FeedbackParameters, "gainAmperesPerSiemens" | "minAmperes" | "maxAmperes">,
): number {
  const wanted = amperes + parameters.gainAmperesPerSiemens * errorSiemens;
  return Math.min(parameters.maxAmperes, Math.max(parameters.minAmperes, wanted));
}

/** Readings that differ by less (S) do not show that a device moves. */
export const stillSiemens = (
  highestSiemens: number,
  { stuckSiemens, stuckFraction }: Pick<FeedbackParameters, "stuckSiemens" | "stuckFraction">,
): number => Math.max(stuckSiemens, stuckFraction * highestSiemens);

/** The outcome that a reading (S), which has been noted, leads to; `underWay` when the loop goes on. */
export function judged(
  state: BandState,
  device: number,
  reading: number,
  parameters: FeedbackParameters,
): number {
  const target = state.targets[device]!;
  const zero = isZero(target, parameters);
  const accepted = zero
    ? reading <= parameters.zeroMarginSiemens
    : Math.abs(reading - target) <= parameters.marginSiemens;
  if (accepted) return converged;
  const attempts = state.attempts[device]!;
  const limit = zero ? parameters.maxResets : parameters.maxIterations;
  const patience = Math.min(limit, parameters.stuckIterations);
  const highest = state.highest[device]!;
  const noise = stillSiemens(highest, parameters);
  const unmoved = highest - state.lowest[device]! < noise;
  // A device that hovers about its target has no reason to move.
  if (attempts >= patience && unmoved && Math.abs(reading - target) > noise)
    return codeOf(reading < target ? "stuck-low" : "stuck-high");
  return attempts >= limit ? codeOf("exhausted") : underWay;
}
