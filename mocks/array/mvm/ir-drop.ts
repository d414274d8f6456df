/**
 * IR drop along a bit line, to first order in its resistance with a correction for the higher orders.
 *
 * The converter holds its end of the line at a virtual ground, and row j is d_j = j + 1 segments of r ohms away from it. The
 * current I_k of row k raises the line at row j by r min(d_j, d_k) I_k, which takes load L_j = sum of |G_j| that is switched on
 * times that voltage out of the output. With rows in blocks of m the double sum is, by parts,
 *
 *   loss = r m (sum over b > 0 of S_b T_b + w S_0 T_0 - o sum over b of I_b L_b),
 *
 * where S_b and T_b are the sums of the currents and the loads of block b and all blocks beyond it, w m is the distance of the
 * middle of the nearest block, and o = (m^2 - 1) / (6 m^2) is how much nearer to the converter than the middle of a block two
 * of its rows part on average. Loads are taken as (mean load of a row) x (sum of |input|) in each block.
 *
 * Read pulses begin together and end one after the other, so rows share the line for the shorter of their two pulses; `overlapOf`
 * turns the product of two mean pulses into that. A uniformly loaded line loses tanh(s) / s = 1 - a / 3 (1 - 0.4 a + ...) with
 * a = s^2 = r n sum L; FACTS 7.6 (aihwkit, rpu_forward_backward_pass.cpp:387-420) has 1 - 0.4 a + 0.1 a^2 as well.
 */

import type { Blocks } from "./blocks.ts";

export interface LineGeometry {
  /** Distance of the middle of the nearest block from the converter, in blocks. */
  readonly nearWeight: number;
  readonly ownShare: number;
  /** Turns the sum of the loads, in units of r m, into a: such that a / 3 is the loss of a uniform load. */
  readonly loadScale: number;
}

/** @param firstRow of the rows that are in use; all of the line between them and the converter counts. */
export function lineGeometry({ rowsPerBlock, rows }: Blocks, firstRow: number): LineGeometry {
  return {
    nearWeight: (firstRow + (rowsPerBlock + 1) / 2) / rowsPerBlock,
    ownShare: (rowsPerBlock ** 2 - 1) / (6 * rowsPerBlock ** 2),
    loadScale: (3 * firstRow + rows) / rowsPerBlock,
  };
}

/**
 * Mean over a PWM cycle of (rows that are on)^2, over the square of the mean, from the mean pulse and the mean of its square, both
 * in phases: (mean - half the mean difference of two pulses) / mean^2, with the mean difference of uniform pulses of that
 * variance. Right for uniform pulses, equal pulses and pulses of all or nothing; 1.7 for exponential ones, whose value is 2.
 */
export function overlapOf(mean: number, meanSquare: number): number {
  if (mean === 0) return 1;
  const deviation = Math.sqrt(Math.max(0, meanSquare - mean * mean));
  return Math.max(1, (mean - deviation / Math.sqrt(3)) / (mean * mean));
}
