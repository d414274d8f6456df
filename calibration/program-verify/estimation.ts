/**
 * Better knowledge of a device than one reading gives: the mean of several that are some time apart. 1/f noise has as much variance
 * in every decade of time constants (FACTS.md 7.1), so that conversions that follow each other at once share most of their noise;
 * readings that are spread over a time remove what fluctuates faster than that.
 */

import type { BandState } from "./band-state.ts";
import { note } from "./feedback.ts";

export interface EstimationParameters {
  /** Readings of the band, one after the other, 1 to 255. */
  readonly reads: number;
  /** Conversions of each device in each of them. */
  readonly averages: number;
}

/** Adds a reading (S) to the mean. `draft` is changed. @returns whether that was the last one. */
export function addReading(
  draft: BandState,
  device: number,
  reading: number,
  { reads }: EstimationParameters,
): boolean {
  const count = draft.reads[device]! + 1;
  const before = count === 1 ? 0 : draft.estimates[device]!;
  note(draft, device, reading);
  draft.estimates[device] = before + (reading - before) / count;
  draft.reads[device] = count;
  return count >= reads;
}
