/** Program-and-verify by the board itself: begun, watched, ended if need be, and asked for its result. */

import { LabError } from "../core/errors.ts";
import type { Chip } from "./chip.ts";
import type { PulseShape, PulseStep, PulseTrain } from "./pulse.ts";
import type { Region } from "./region.ts";

/** The feature of a board that programs by itself. */
export const programFeature = "program-verify";

/** Which cells a run is for. */
export interface OrderedCells {
  readonly region: Region;
  /** One byte a cell, row by row; 0 leaves the cell alone. */
  readonly mask: Uint8Array;
}

/** Conductances are sums of ADC codes over the averages, currents are DAC codes; arrays have one value a cell, row by row. */
export interface OnBoardOrder extends OrderedCells {
  readonly targetSums: Uint16Array;
  readonly averages: number;
  readonly readVolts: number;
  /** Accepted difference from the target. */
  readonly marginSum: number;
  /** Targets up to this are the RESET state, and accepted up to the second. */
  readonly zeroSum: number;
  readonly zeroMarginSum: number;
  readonly maxIterations: number;
  readonly maxResets: number;
  /** A cell is stuck when its readings moved by less than this, or this share of the largest, in so many pulses. */
  readonly stuckSum: number;
  readonly stuckShare: number;
  readonly stuckIterations: number;
  /** Of the feedback pulses. */
  readonly widthSeconds: number;
  readonly startCode: number;
  readonly minCode: number;
  readonly maxCode: number;
  /** DAC codes for an error of one in the sum. */
  readonly codesPerSum: number;
  readonly reset: Omit<PulseStep, "trailingSeconds">;
  /** Before the first reading of a cell whose target is not the RESET state. */
  readonly preparation: readonly PulseStep[];
}

/** `refused`: a pulse would have left what the board allows. */
export type OnBoardState = "running" | "finished" | "aborted" | "refused";

export interface OnBoardProgress {
  readonly state: OnBoardState;
  /** Cells of the order, and those of them that have come to an outcome. */
  readonly cells: number;
  readonly cellsDone: number;
  /** Verifying readings so far, of some or all cells each. */
  readonly readings: number;
  readonly pulses: number;
  readonly chipSeconds: number;
}

/** Arrays have one value a cell of the region, row by row; those of cells outside the mask are those of a cell that was left alone. */
export interface OnBoardResult {
  readonly state: Exclude<OnBoardState, "running">;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Codes of `cellOutcomes`. */
  readonly outcomes: Uint8Array;
  readonly iterations: Uint8Array;
  readonly pulses: Uint16Array;
  /** The last reading; 0 without one. */
  readonly codeSums: Uint16Array;
}

/** Pulses that a cell gets at most: one RESET and those after it, or the preparation and the feedback. */
export const mostPulsesOf = (
  {
    preparation,
    maxIterations,
    maxResets,
  }: Pick<OnBoardOrder, "maxIterations" | "maxResets"> & { readonly preparation: readonly unknown[] },
  isZero: boolean,
): number => (isZero ? 1 + maxResets : preparation.length + maxIterations);

export type Announce = (operationId: number) => void;

export interface OnBoardProgramming {
  /**
   * Begins a run, at most once, and comes back with its operation id while it goes on. Until it has ended the board refuses everything
   * else that uses cells.
   * @param announce is told the id before anything is sent, so that another process can ask for the run; what it throws keeps the order
   * from being sent.
   */
  start(order: OnBoardOrder, announce?: Announce): Promise<number>;
  /** May be repeated, as the two below. */
  progress(operationId: number): Promise<OnBoardProgress>;
  /** Ends a run after the pulses and the reading that are under way; one that has ended stays as it ended. */
  abort(operationId: number): Promise<OnBoardProgress>;
  /** @param cells those of the order. @throws LabError REFUSED while it runs. */
  result(operationId: number, cells: OrderedCells): Promise<OnBoardResult>;
}

/** @throws LabError LIMIT on a chip that does not program by itself. */
export function onBoardOf(chip: Pick<Chip, "descriptor" | "onBoard">): OnBoardProgramming {
  const { descriptor, onBoard } = chip;
  if (descriptor.features.includes(programFeature) && onBoard !== undefined) return onBoard;
  throw new LabError("LIMIT", `${descriptor.model} ${descriptor.serialNumber} does not program by itself`, {
    next: "choose an algorithm that runs on the host, such as --algorithm melt-quench",
  });
}

/** Every shape of train that an order can lead to, for one cell. */
export function orderTrains({
  widthSeconds,
  minCode,
  maxCode,
  reset,
  preparation,
}: OnBoardOrder): PulseTrain[] {
  const shape: PulseShape = { widthSeconds, trailingSeconds: 0 };
  const mask = Uint8Array.of(1);
  const feedback = [minCode, maxCode].map(
    (code): PulseTrain => ({ kind: "per-cell", shape, amplitudeCodes: Uint16Array.of(code) }),
  );
  const shared = [[{ ...reset, trailingSeconds: 0 }], preparation].filter((steps) => steps.length > 0);
  return [...feedback, ...shared.map((steps): PulseTrain => ({ kind: "shared", mask, steps }))];
}
