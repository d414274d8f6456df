/** What is known of every device of a programming, as BLOBs and as counts. */

import { cellOutcomes } from "../chip/outcome.ts";
import { blobOf } from "./blob.ts";

/** One element for each device of the tile's region, row by row. */
export interface ProgrammingCells {
  readonly targetSiemens: Float32Array;
  /** Indices into `cellOutcomes`. */
  readonly outcomes: Uint8Array;
  readonly iterations: Uint8Array;
  readonly pulses: Uint16Array;
  /** What each weight of the tile was meant to be, S and signed, word line by word line; the sum of its device targets when not given. */
  readonly weightTargetSiemens?: Float32Array;
}

/** Of a tile. */
export interface TileSize {
  readonly devices: number;
  readonly weights: number;
}

/** @throws RangeError when an array is not as long as the tile has devices, or weights. */
export function assertLengths(
  { weightTargetSiemens, ...cells }: ProgrammingCells,
  { devices, weights }: TileSize,
): void {
  for (const [name, values] of Object.entries(cells)) {
    if (values.length !== devices) {
      throw new RangeError(`${name} has ${values.length} elements for a tile of ${devices} devices`);
    }
  }
  if (weightTargetSiemens !== undefined && weightTargetSiemens.length !== weights)
    throw new RangeError(`${weightTargetSiemens.length} weight targets for a tile of ${weights} weights`);
}

export const blobsOf = (cells: ProgrammingCells) => ({
  target: blobOf(cells.targetSiemens),
  outcomes: cells.outcomes,
  iterations: cells.iterations,
  pulses: blobOf(cells.pulses),
  weights: cells.weightTargetSiemens === undefined ? null : blobOf(cells.weightTargetSiemens),
});

/** Devices by outcome, by the names of the parameters of an insertion. @throws RangeError when an outcome has no name. */
export function countColumnsOf(outcomes: Uint8Array) {
  const [converged = 0, exhausted = 0, stuckLow = 0, stuckHigh = 0, skipped = 0, unknown = 0] =
    tally(outcomes);
  return { converged, exhausted, stuckLow, stuckHigh, skipped, unknown };
}

function tally(outcomes: Uint8Array): Uint32Array {
  const counts = new Uint32Array(cellOutcomes.length);
  for (const code of outcomes) {
    if (code >= counts.length) throw new RangeError(`${code} is not the code of a cell outcome`);
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}
