/** Programming pulses: box pulses of a current with an optional falling edge, one or several for each cell of a region. */

import { countNonZero } from "../core/bytes.ts";

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

/** What the board did with a train. */
export interface PulseReceipt {
  readonly operationId: number;
  /** Pulses applied, summed over cells and steps. */
  readonly pulses: number;
  /** Chip times before the first and after the last pulse. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Pulses that a train asks for. */
export function pulsesIn(train: PulseTrain): number {
  return train.kind === "per-cell"
    ? countNonZero(train.amplitudeCodes)
    : countNonZero(train.mask) * train.steps.length;
}
