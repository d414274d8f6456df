/**
 * How much pulse time a chip may be given now (DESIGN.md, section 6: duty). A budget of maxDuty x dutySeconds is full at power-up, is
 * spent by pulses, and comes back with maxDuty for every second of chip time (a token bucket).
 */

import { countNonZero } from "../core/bytes.ts";
import type { LabError } from "../core/errors.ts";
import { type Envelope, refused } from "./envelope.ts";
import type { PulseShape, PulseTrain } from "./pulse.ts";

export interface DutyBudget {
  /** Pulse time that is left (s). */
  readonly leftSeconds: number;
  /** Chip time at which that was so (s). */
  readonly atSeconds: number;
}

type Duty = Pick<Envelope, "maxDuty" | "dutySeconds">;

export const fullBudget = ({ maxDuty, dutySeconds }: Duty, atSeconds: number): DutyBudget => ({
  leftSeconds: maxDuty * dutySeconds,
  atSeconds,
});

/** Time in pulses of a train (s), falling edges included. */
export const pulseSeconds = (train: PulseTrain): number =>
  train.kind === "per-cell"
    ? countNonZero(train.amplitudeCodes) * durationOf(train.shape)
    : countNonZero(train.mask) * train.steps.reduce((sum, step) => sum + durationOf(step), 0);

/**
 * The budget after pulses of `seconds` that begin at a chip time.
 * @throws LabError LIMIT when there is not enough left, with the chip time at which there is.
 */
export function spent(duty: Duty, budget: DutyBudget, seconds: number, beginSeconds: number): DutyBudget {
  const { maxDuty, dutySeconds } = duty;
  const passed = Math.max(0, beginSeconds - budget.atSeconds);
  const leftSeconds = Math.min(maxDuty * dutySeconds, budget.leftSeconds + maxDuty * passed) - seconds;
  const atSeconds = Math.max(budget.atSeconds, beginSeconds);
  if (leftSeconds >= 0) return { leftSeconds, atSeconds };
  if (seconds > maxDuty * dutySeconds) throw tooMuch(duty, seconds);
  throw refused(
    `pulses of ${seconds} s at chip time ${beginSeconds} s, the envelope's duty of ${maxDuty} leaves ${leftSeconds + seconds} s`,
    `wait until chip time ${atSeconds - leftSeconds / maxDuty} s`,
  );
}

/**
 * The chip time (s) from which on the budget allows pulses of `seconds`.
 * @throws LabError LIMIT for more than the whole budget, which no waiting brings.
 */
export function allowedFrom(duty: Duty, budget: DutyBudget, seconds: number): number {
  const { maxDuty, dutySeconds } = duty;
  if (seconds <= budget.leftSeconds) return budget.atSeconds;
  if (seconds > maxDuty * dutySeconds) throw tooMuch(duty, seconds);
  return budget.atSeconds + (seconds - budget.leftSeconds) / maxDuty + roundingSeconds;
}

/** Chip times are told in whole nanoseconds and reckoned with in binary. */
const roundingSeconds = 1e-6;

const tooMuch = ({ maxDuty, dutySeconds }: Duty, seconds: number): LabError =>
  refused(
    `pulses of ${seconds} s at a time are more than the envelope's duty of ${maxDuty} ever leaves`,
    `give fewer pulses at a time, or allow a larger duty: ${maxDuty * dutySeconds} s are the most`,
  );

const durationOf = ({ widthSeconds, trailingSeconds }: PulseShape): number => widthSeconds + trailingSeconds;
