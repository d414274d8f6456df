/** What was done to a band of cells. */

import { type CellOutcome, cellOutcomes } from "../../src/chip/outcome.ts";
import type { PulseReceipt, PulseTrain } from "../../src/chip/pulse.ts";
import type { BandState } from "./melt-quench.ts";

export interface BandProgramming {
  readonly outcomes: Uint8Array;
  readonly iterations: Uint8Array;
  readonly pulses: Uint16Array;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Counts the acknowledged pulses of each cell and when they began and ended. */
export class BandLedger {
  readonly #pulses: Uint16Array;
  #startSeconds = Number.POSITIVE_INFINITY;
  #endSeconds = 0;

  constructor(cells: number) {
    this.#pulses = new Uint16Array(cells);
  }

  add(train: PulseTrain, receipt: PulseReceipt): void {
    const chosen = train.kind === "per-cell" ? train.amplitudeCodes : train.mask;
    const each = train.kind === "per-cell" ? 1 : train.steps.length;
    for (let cell = 0; cell < chosen.length; cell++) if (chosen[cell] !== 0) this.#pulses[cell]! += each;
    this.#startSeconds = Math.min(this.#startSeconds, receipt.startSeconds);
    this.#endSeconds = Math.max(this.#endSeconds, receipt.endSeconds);
  }

  close(state: BandState): BandProgramming {
    const { outcomes, iterations } = state;
    return {
      outcomes,
      iterations,
      pulses: this.#pulses,
      startSeconds: this.#startSeconds,
      endSeconds: this.#endSeconds,
    };
  }
}

/** How many cells ended in each outcome. */
export function countOutcomes(outcomes: Uint8Array): Record<CellOutcome, number> {
  const counts = { converged: 0, exhausted: 0, "stuck-low": 0, "stuck-high": 0, skipped: 0, unknown: 0 };
  for (const code of outcomes) {
    const outcome = cellOutcomes[code];
    if (outcome !== undefined) counts[outcome]++;
  }
  return counts;
}
