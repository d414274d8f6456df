/** How many pulses a train gives to which cells. */

import { type CellPulses, cellPulses, type PulseTrain } from "../../chip/pulse.ts";
import type { Region } from "../../chip/region.ts";
import { countNonZero } from "../../core/bytes.ts";

export interface Claim extends CellPulses {
  readonly region: Region;
}

export const claimOf = (region: Region, train: PulseTrain): Claim => ({ region, ...cellPulses(train) });

/** A claim with its cells looked up: their places in an array, row by row. */
export interface Located {
  readonly region: Region;
  readonly cells: Uint32Array;
  readonly each: number;
}

/** @param columns bit lines of the array. */
export function located({ region, chosen, each }: Claim, columns: number): Located {
  const cells = new Uint32Array(countNonZero(chosen));
  for (let r = 0, n = 0, next = 0; r < region.rows; r++) {
    const start = (region.row + r) * columns + region.column;
    for (let c = 0; c < region.columns; c++, n++) if (chosen[n] !== 0) cells[next++] = start + c;
  }
  return { region, cells, each };
}

export const pulsesOf = ({ cells, each }: Located): number => cells.length * each;
