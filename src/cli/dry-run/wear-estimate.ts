/** The most worn cell of a chip before and after a dry run, by the chip's ledger and by a copy of it that took the pulses. */

import type { Descriptor } from "../../chip/descriptor.ts";
import { copyLedger } from "../../store/ledger/copy.ts";
import { ledgerPath } from "../../store/ledger/place.ts";
import { ledgersIn, readWearSummary } from "../../store/ledger/summary.ts";

export interface WearEstimate {
  /** Pulses of the most worn cell of the chip. */
  readonly before: number;
  readonly after: number;
  /** Pulses that a cell may get in its life; null when nobody names a limit. */
  readonly limit: number | null;
  /** Of the limit. */
  readonly shareBefore: number | null;
  readonly shareAfter: number | null;
}

/** @returns the path of the chip's ledger, null when it has none in this folder. */
export function copyLedgerOf(descriptor: Descriptor, folder: string, copies: string): string | null {
  const path = ledgerPath(folder, descriptor);
  if (!ledgersIn(folder).includes(path)) return null;
  copyLedger(path, copies);
  return path;
}

/** Pulses of the most worn cell by the ledger in this folder; 0 without one. */
export function mostWorn(descriptor: Descriptor, folder: string): number {
  const path = ledgerPath(folder, descriptor);
  if (!ledgersIn(folder).includes(path)) return 0;
  return readWearSummary(path, 1).mostWorn[0]?.pulses ?? 0;
}

export function wearEstimate(before: number, after: number, limit: number | undefined): WearEstimate {
  const share = (pulses: number): number | null => (limit === undefined ? null : pulses / limit);
  return { before, after, limit: limit ?? null, shareBefore: share(before), shareAfter: share(after) };
}
