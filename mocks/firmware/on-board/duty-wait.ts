/** A run waits until the duty of the envelope allows its pulses; a host would be refused and told when to come again. */

import { pulseSeconds } from "../../../src/chip/duty-budget.ts";
import type { PulseTrain } from "../../../src/chip/pulse.ts";
import type { Board } from "../board.ts";

/** The first chip time (s) from `seconds` on at which they are allowed. What the duty never allows at a stretch is left to be refused. */
export function allowedFrom(board: Board, train: PulseTrain, seconds: number): number {
  const { envelope } = board.array.descriptor;
  if (envelope === undefined) return seconds;
  const { maxDuty, dutySeconds } = envelope;
  const { leftSeconds, atSeconds } = board.duty;
  const needed = pulseSeconds(train);
  if (needed > maxDuty * dutySeconds) return seconds;
  const from = atSeconds + (needed - leftSeconds) / maxDuty;
  return from > seconds ? from + tolerance : seconds;
}

/** Sums of times are exact to so much. */
const tolerance = 1e-9;
