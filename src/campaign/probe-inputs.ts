/** Random inputs of MVM probes: the same for the same seed, whenever they are asked for. */

import type { MvmRequest, UnitCells } from "../chip/mvm.ts";
import { keyedBits } from "../core/prng.ts";
import type { ProbePlan } from "../store/campaign-rows.ts";

/** Uniform signed codes of either sign up to the largest, shape vectors x rows. Input r of vector v is drawn by (seed, v, r). */
export function probeRequest(
  cells: UnitCells,
  { seed, vectors, phases }: ProbePlan,
  largestCode: number,
): MvmRequest {
  const inputs = new Int8Array(vectors * cells.rows);
  for (let v = 0, n = 0; v < vectors; v++)
    for (let r = 0; r < cells.rows; r++, n++)
      inputs[n] = (keyedBits(seed, v, r) % (2 * largestCode + 1)) - largestCode;
  return { cells, phases, inputs };
}
