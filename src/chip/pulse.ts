/** Programming pulses: box pulses of a current with an optional falling edge, one or several for each cell of a region. */

import { countNonZero } from "../core/bytes.ts";
import type { Region } from "./region.ts";

export interface PulseShape {
  readonly widthSeconds: number;
  /** Linear fall of the current to zero after the box; 0 quenches. */
  readonly trailingSeconds: number;
}

/** One pulse a cell, each with its own current. */
export interface PerCellTrain {
  readonly kind: "per-cell";
  readonly shape: PulseShape;
  /** DAC codes, one for each cell of the region, row by row; 0 gives the cell no pulse. */
  readonly amplitudeCodes: Uint16Array;
}

export interface PulseStep extends PulseShape {
  readonly amplitudeCode: number;
}

/** The same sequence of pulses for every chosen cell. */
export interface SharedTrain {
  readonly kind: "shared";
  readonly steps: readonly PulseStep[];
  /** One byte for each cell of the region, row by row; 0 leaves the cell alone. */
  readonly mask: Uint8Array;
}

export type PulseTrain = PerCellTrain | SharedTrain;

/** A train for a region under its operation id. */
export interface PulseOrder {
  readonly operationId: number;
  readonly region: Region;
  readonly train: PulseTrain;
}

/** What the board did with a train. */
export interface PulseReceipt {
  readonly operationId: number;
  /**
   * `acknowledged`: the board said so. `unknown`: the board handled the operation, but its record is gone (SPEC.md, At most once),
   * so it may have refused it; only a verifying read settles what the cells are.
   */
  readonly certainty: "acknowledged" | "unknown";
  /** Pulses applied, summed over cells and steps; those that were asked for when that is unknown. */
  readonly pulses: number;
  /** Chip times before the first and after the last pulse; the narrowest bounds that are known when that is unknown. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Which cells a train pulses, and how often each of them. */
export interface CellPulses {
  /** One entry for each cell of the region, row by row; 0 leaves the cell alone. */
  readonly chosen: Uint8Array | Uint16Array;
  readonly each: number;
}

export const cellPulses = (train: PulseTrain): CellPulses =>
  train.kind === "per-cell"
    ? { chosen: train.amplitudeCodes, each: 1 }
    : { chosen: train.mask, each: train.steps.length };

/** Pulses that a train asks for. */
export function pulsesIn(train: PulseTrain): number {
  const { chosen, each } = cellPulses(train);
  return countNonZero(chosen) * each;
}

/** Adds the pulses of a train to those of its cells, the first of which is the cell `first`. `pulses` is changed. */
export function addPulses(pulses: Uint16Array, train: PulseTrain, first = 0): void {
  const { chosen, each } = cellPulses(train);
  for (let n = 0; n < chosen.length; n++) if (chosen[n] !== 0) pulses[first + n]! += each;
}
