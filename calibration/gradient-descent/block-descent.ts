/** What a descent did to the weights of a block, to its end or up to a failure. */

import { textOf } from "../../src/core/errors.ts";
import type { Estimate } from "./estimate.ts";
import type { DescentState } from "./state.ts";

/** An iteration as it was measured, before its pulses. */
export interface DescentRound {
  /** Error of its products relative to what they should be, root mean square over root mean square, after the correction. */
  readonly relativeError: number;
  /** Pulses that followed. */
  readonly pulses: number;
  /** Columns that the bounds of the correction held back. */
  readonly boundedColumns: number;
}

export interface BlockDescent {
  /** Codes of `cellOutcomes`, one for each weight, row by row. */
  readonly outcomes: Uint8Array;
  /** Where another descent would begin; it holds the pulses of each device and the last estimated error of each weight. */
  readonly state: DescentState;
  /** Pulses of which nobody knows whether they were applied; they are counted in the state. */
  readonly unknownPulses: number;
  readonly rounds: readonly DescentRound[];
  /** Of the last products; undefined when there were none. */
  readonly last: Estimate | undefined;
  /** Chip times before the first and after the last pulse that was handled for sure; equal without one. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A descent was begun and not finished; `cause` says why. Weights are `unknown` whose last pulse no products have followed. */
export class DescentUnfinished extends Error {
  readonly descent: BlockDescent;

  constructor(descent: BlockDescent, cause: unknown) {
    super(`the descent was not finished: ${textOf(cause)}`, { cause });
    this.name = "DescentUnfinished";
    this.descent = descent;
  }
}
