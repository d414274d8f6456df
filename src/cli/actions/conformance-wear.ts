/** The wear of a conformance check, which speaks bytes and no Chip port: one cell, and an upper bound until the check is over. */

import { hostname } from "node:os";
import type { Descriptor } from "../../chip/descriptor.ts";
import type { Region } from "../../chip/region.ts";
import { openLedger } from "../../store/ledger/chip-ledger.ts";
import type { Context } from "../context.ts";
import { ledgerFolder } from "../ledger-folder.ts";
import { warnOfNewLedger } from "./guarded-chip.ts";

/** Far above what all rules together ask for; a board that takes what it must refuse may give more of it. */
const mostPulses = 1000;

export interface CheckedCell {
  /** @param pulses that the cell got; undefined when nobody knows, which leaves the upper bound. */
  close(pulses: number | undefined): void;
}

/**
 * Writes the pulses down before the first of them.
 * @throws LabError LIMIT for a cell that may not get so many, STORE for a ledger that cannot be used.
 */
export function bookCheck(
  folder: string | undefined,
  descriptor: Descriptor,
  region: Region,
  { clock, output }: Context,
): CheckedCell {
  const ledger = openLedger(ledgerFolder(folder), descriptor, {
    process: process.pid,
    host: hostname(),
    command: "conformance",
    sinceWallSeconds: clock.wallSeconds(),
  });
  warnOfNewLedger(ledger, output);
  try {
    const intent = ledger.intendRun({ region, mask: Uint8Array.of(1) }, mostPulses);
    return {
      close(pulses) {
        try {
          if (pulses === undefined) ledger.settle(intent, "unknown");
          else ledger.settleRun(intent, Uint16Array.of(pulses));
        } finally {
          ledger.close();
        }
      },
    };
  } catch (failure) {
    ledger.close();
    throw failure;
  }
}
