/** What was done to a band of cells. */

import { type CellOutcome, cellOutcomes } from "../../src/chip/outcome.ts";
import { addPulses, type PulseReceipt, type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";
import { mayHaveBeenApplied } from "../../src/chip/pulse-fate.ts";
import { LabError } from "../../src/core/errors.ts";
import { type BandState, codeOf, isFinished, underWay } from "./band-state.ts";

export interface BandProgramming {
  /** Whether every cell has come to an outcome of its own. */
  readonly finished: boolean;
  readonly outcomes: Uint8Array;
  readonly iterations: Uint8Array;
  readonly pulses: Uint16Array;
  /** Pulses among them of which nobody knows whether they were applied. */
  readonly unknownPulses: number;
  /** Chip times of the pulses that were handled for sure; infinity and 0 when there is none. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Counts the pulses of each cell, those that may have been applied included, and when those that were handled began and ended. */
export class BandLedger {
  readonly #pulses: Uint16Array;
  #unknownPulses = 0;
  #begun: boolean;
  #startSeconds = Number.POSITIVE_INFINITY;
  #endSeconds = 0;

  /** @param begun whether the band was pulsed before, by another ledger. */
  constructor(cells: number, begun = false) {
    this.#pulses = new Uint16Array(cells);
    this.#begun = begun;
  }

  /**
   * Books what becomes of a train that is being sent.
   * @param first cell of the band that the first entry of the train is for.
   * @throws what `sending` throws.
   */
  async book(train: PulseTrain, sending: Promise<PulseReceipt>, first = 0): Promise<void> {
    try {
      const receipt = await sending;
      this.#begun = true;
      this.#startSeconds = Math.min(this.#startSeconds, receipt.startSeconds);
      this.#endSeconds = Math.max(this.#endSeconds, receipt.endSeconds);
      this.#count(train, first, receipt.certainty === "unknown");
    } catch (failure) {
      if (!wasNotSent(failure)) this.#begun = true;
      if (mayHaveBeenApplied(failure)) this.#count(train, first, true);
      throw failure;
    }
  }

  /** Cells without an outcome become unknown, or skipped when no pulse was sent to any of them. */
  close(state: BandState): BandProgramming {
    const open = codeOf(this.#begun ? "unknown" : "skipped");
    return {
      finished: isFinished(state),
      outcomes: state.outcomes.map((code) => (code === underWay ? open : code)),
      iterations: state.iterations,
      pulses: this.#pulses,
      unknownPulses: this.#unknownPulses,
      startSeconds: this.#startSeconds,
      endSeconds: this.#endSeconds,
    };
  }

  #count(train: PulseTrain, first: number, unknown: boolean): void {
    if (unknown) this.#unknownPulses += pulsesIn(train);
    addPulses(this.#pulses, train, first);
  }
}

const wasNotSent = (failure: unknown): boolean => failure instanceof LabError && failure.unsent;

/** How many cells ended in each outcome. */
export function countOutcomes(outcomes: Uint8Array): Record<CellOutcome, number> {
  const counts = { converged: 0, exhausted: 0, "stuck-low": 0, "stuck-high": 0, skipped: 0, unknown: 0 };
  for (const code of outcomes) {
    const outcome = cellOutcomes[code];
    if (outcome !== undefined) counts[outcome]++;
  }
  return counts;
}
