/** What a descent on weights means for their devices, together with the programming before it. */

import type { WeightBlock } from "../../src/chip/weight-block.ts";
import type { BlockDescent } from "../gradient-descent/block-descent.ts";
import { isStuck } from "../gradient-descent/move.ts";
import type { DescentParameters } from "../gradient-descent/parameters.ts";
import { codeOf } from "../program-verify/band-state.ts";
import type { BlockProgramming } from "../program-verify/block-programming.ts";
import { devicePlaces } from "../program-verify/device-order.ts";

const largestCount = 255;

/**
 * Devices have the outcome of their weight, but those that the descent could not pulse keep theirs, and those that it found stuck are
 * so. What a device of the descent was aimed at is what it holds as far as products tell.
 */
export function afterDescent(
  block: WeightBlock,
  programmed: BlockProgramming,
  descent: BlockDescent,
  parameters: DescentParameters,
): BlockProgramming {
  const { state, unknownPulses, startSeconds, endSeconds } = descent;
  const done = copyOf(programmed);
  const place = devicePlaces(block);
  const weights = descent.outcomes.length;
  for (let at = 0; at < state.pulses.length; at++) {
    const weight = at % weights;
    const device = place(weight, Math.floor(at / weights));
    if (state.barred[at] === 0)
      done.outcomes[device] = isStuck(state, at, parameters)
        ? codeOf(state.siemens[at]! < programmed.targets[device]! ? "stuck-low" : "stuck-high")
        : outcomeOfMovable(descent.outcomes[weight]!);
    if (state.pulses[at] === 0) continue;
    done.targets[device] = state.siemens[at]!;
    done.pulses[device]! += state.pulses[at]!;
    done.iterations[device] = Math.min(largestCount, done.iterations[device]! + state.pulses[at]!);
  }
  const pulsed = endSeconds > startSeconds;
  return {
    ...done,
    unknownPulses: programmed.unknownPulses + unknownPulses,
    endSeconds: pulsed ? Math.max(programmed.endSeconds, endSeconds) : programmed.endSeconds,
  };
}

/** A weight is stuck because one of its devices is; the others have done what they could. */
const outcomeOfMovable = (ofWeight: number): number =>
  ofWeight === codeOf("stuck-low") || ofWeight === codeOf("stuck-high") ? codeOf("exhausted") : ofWeight;

const copyOf = (programmed: BlockProgramming): BlockProgramming => ({
  ...programmed,
  outcomes: programmed.outcomes.slice(),
  targets: programmed.targets.slice(),
  pulses: programmed.pulses.slice(),
  iterations: programmed.iterations.slice(),
});
