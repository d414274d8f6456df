/** What was found out about a chip from its store, before it becomes a profile. */

import type { ConverterSpread } from "../../../calibration/twin/converter-spread.ts";
import type { LevelFigures } from "../../../calibration/twin/level-tally.ts";
import { wilson95 } from "../../inference/accuracy.ts";
import type { NoiseLaw } from "./laws.ts";
import type { StuckCounts } from "./measure.ts";

export interface StuckShare {
  readonly count: number;
  readonly of: number;
  readonly probability: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** Whether it says more than the base profile. */
  readonly counts: boolean;
}

export interface Findings {
  readonly levels: readonly LevelFigures[];
  readonly noiseLaw: NoiseLaw | undefined;
  readonly stuck: { readonly low: StuckShare; readonly high: StuckShare };
  readonly converters: ConverterSpread | undefined;
}

/** Fewer say no more than an interval does. */
const fewestStuck = 5;

/** @param base probabilities of the base profile: they stay where few devices were found, and these do not contradict them. */
export const stuckShares = (
  { low, high }: StuckCounts,
  base: { readonly low: number; readonly high: number },
): Findings["stuck"] => ({ low: shareOf(low, base.low), high: shareOf(high, base.high) });

function shareOf({ count, of }: StuckCounts["low"], base: number): StuckShare {
  if (of === 0) return { count, of, probability: 0, low: 0, high: 1, counts: false };
  const interval = wilson95(count, of);
  const contradicts = base < interval.low || base > interval.high;
  // No profile has half of its devices stuck.
  return {
    count,
    of,
    probability: Math.min(0.5, count / of),
    ...interval,
    counts: count >= fewestStuck || contradicts,
  };
}
