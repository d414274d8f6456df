/**
 * The wear ledger of one chip over its whole life. Each train is a row of its own before it is sent; settled trains are folded into
 * the counts of the word lines from time to time. A train of a process that is gone and that nobody settled counts as unknown.
 */

import type { Descriptor } from "../../chip/descriptor.ts";
import type { WearLedger } from "../../chip/wear-ledger.ts";
import { largestCount, type Place } from "./cell-counts.ts";
import { lockLedger } from "./lock.ts";
import { type LedgerChip, type LedgerOwner, makeFolder, openToWrite, ownerText } from "./open.ts";
import { ledgerPath } from "./place.ts";
import { WearBook } from "./wear-book.ts";

/** Trains of an earlier process of which nobody knows. */
export interface Unsettled {
  readonly trains: number;
  readonly pulses: number;
}

export interface ChipLedger extends WearLedger {
  readonly path: string;
  /** It held no pulse when it was opened: what the chip felt before, if it did, is not there. */
  readonly isNew: boolean;
  /** What an earlier process left; it counts as sent. */
  readonly unsettled: Unsettled;
  /** Pulses that a cell has felt or may have felt, those that are under way included. */
  pulsesOf(place: Place): number;
  /**
   * Folds what is settled, closes the file and lets go of it. What is not settled by then stays unknown. A file that held no
   * pulse, and in which none was booked since, is taken away.
   */
  close(): void;
}

/**
 * @param descriptor as the board gives it: its own limit is written down.
 * @param maxPulsesPerCell of the whole life, the user's own; no limit when undefined.
 * @throws LabError STORE when another process writes this ledger or the file cannot be used, STORE_CONTENT when it is another chip's.
 */
export function openLedger(
  folder: string,
  descriptor: Descriptor,
  owner: LedgerOwner,
  maxPulsesPerCell = descriptor.envelope?.maxPulsesPerCell,
): ChipLedger {
  makeFolder(folder);
  const path = ledgerPath(folder, descriptor);
  const chip: LedgerChip = { ...descriptor, maxPulsesPerCell: descriptor.envelope?.maxPulsesPerCell };
  const unlock = lockLedger(path, () => ownerText(path));
  try {
    const connection = openToWrite(path, chip, owner);
    try {
      return new WearBook(connection, chip, maxPulsesPerCell ?? largestCount, unlock);
    } catch (failure) {
      connection.close();
      throw failure;
    }
  } catch (failure) {
    unlock();
    throw failure;
  }
}
