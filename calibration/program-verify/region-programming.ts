/** What was done to the cells of a region, to its end or up to a failure. */

import type { Region } from "../../src/chip/region.ts";
import { textOf } from "../../src/core/errors.ts";

export interface RegionProgramming {
  readonly region: Region;
  /** Codes of `cellOutcomes`, row by row. */
  readonly outcomes: Uint8Array;
  /** Feedback or RESET pulses after the preparation that each cell took. */
  readonly iterations: Uint8Array;
  /** All pulses of each cell, preparation included; pulses that were sent and not acknowledged may have been applied and count. */
  readonly pulses: Uint16Array;
  /** Pulses among them of which nobody knows whether they were applied: an acknowledgement was lost, or never came. */
  readonly unknownPulses: number;
  /** Chip times before the first and after the last pulse that was handled for sure; bounds where its receipt was lost. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/**
 * Programming of a region was begun and not finished; `cause` says why. Cells are `skipped` that got no pulse, and `unknown`
 * where pulses were under way.
 */
export class RegionUnfinished extends Error {
  readonly programming: RegionProgramming;

  constructor(programming: RegionProgramming, cause: unknown) {
    super(`the region was not programmed to its end: ${textOf(cause)}`, { cause });
    this.name = "RegionUnfinished";
    this.programming = programming;
  }
}
