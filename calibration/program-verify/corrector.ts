/** The device that takes away what a weight has too much: a small conductance, in the tail of the melt-quench curve. */

import { type BandState, codeOf } from "./band-state.ts";
import { countPulse, isZero, note, settle } from "./feedback.ts";
import type { PulsePlan } from "./pulse-plan.ts";
import type { ResidualParameters } from "./residual-parameters.ts";

/** The next pulse of a corrector, which an amplitude of `amperes` left at `from` (S). */
export function pulseCorrector(
  draft: BandState,
  plan: PulsePlan,
  at: number,
  amperes: number,
  { from, parameters }: { readonly from: number; readonly parameters: ResidualParameters },
): void {
  const { corrector, minAmperes, maxAmperes, zeroSiemens } = parameters;
  // A reading of nothing, which noise may give, has no logarithm.
  const ratio = Math.max(from, zeroSiemens / 2) / draft.targets[at]!;
  const wanted = amperes + corrector.amperesPerE * Math.log(ratio);
  draft.amperes[at] = Math.min(maxAmperes, Math.max(minAmperes, wanted));
  plan.amperes[at] = draft.amperes[at]!;
}

/** A corrector is never called stuck: it moves by less than read noise would hide. */
export function verifyCorrector(
  draft: BandState,
  plan: PulsePlan,
  at: number,
  reading: number,
  parameters: ResidualParameters,
): void {
  const { marginSiemens, marginShare, maxIterations } = parameters.corrector;
  note(draft, at, reading);
  const target = draft.targets[at]!;
  const zero = isZero(target, parameters);
  const near = zero
    ? reading <= parameters.zeroMarginSiemens
    : Math.abs(reading - target) <= Math.max(marginSiemens, marginShare * target);
  const spent = draft.attempts[at]! >= (zero ? parameters.maxResets : maxIterations);
  if (near || spent) {
    settle(draft, at, codeOf(near ? "converged" : "exhausted"));
    return;
  }
  countPulse(draft, at);
  if (zero) plan.reset[at] = 1;
  else pulseCorrector(draft, plan, at, draft.amperes[at]!, { from: reading, parameters });
}
