/** What became of one device when a target was programmed into it. */

/**
 * The outcomes in the order of their codes: a store writes the index as one byte for each cell, so this list only ever grows at its end.
 *
 * - `converged`: a verifying read was within the acceptance margin of the target.
 * - `exhausted`: the pulses or iterations that were allowed ran out before that.
 * - `stuck-low`: the conductance stayed below the target whatever was applied.
 * - `stuck-high`: the conductance stayed above the target whatever was applied.
 * - `skipped`: the algorithm was told to leave the device alone; nothing is claimed about its conductance.
 * - `unknown`: a pulse may or may not have been applied (the board lost power, say) and no verifying read has settled it.
 */
export const cellOutcomes = [
  "converged",
  "exhausted",
  "stuck-low",
  "stuck-high",
  "skipped",
  "unknown",
] as const;

export type CellOutcome = (typeof cellOutcomes)[number];
