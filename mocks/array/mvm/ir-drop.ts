/**
 * IR drop along a bit line: right to first order in its resistance for any currents and loads, and bounded.
 *
 * The converter holds its end of the line at a virtual ground, and row j is d_j = j + 1 segments of r ohms away from it. The
 * current of one row raises the line at the others, and each load L_k = sum of |G_k| that is switched on takes its share of that:
 * to first order the converter gets I_j (1 - x_j) of the current of row j, with x_j = r sum over k of min(d_j, d_k) L_k. With rows
 * in blocks of m, by parts,
 *
 *   x_b = r m (w T_0 + sum over c from 1 to b of T_c - o L_b),
 *
 * where T_c is the sum of the loads of block c and all blocks beyond it, w m is the distance of the middle of the nearest block,
 * and o = (m^2 - 1) / (6 m^2) is how much nearer to the converter than the middle of a block two of its rows part on average.
 * Loads are taken as (mean load of a row) x (sum of |input|) in each block.
 *
 * The converter of the emulator gets I_b / (1 + x_b): between nothing and I_b whatever the resistance, less the larger it is, and
 * exact when all is at one place. A uniform line passes tanh(s) / s = 1 - a / 3 (1 - 0.4 a + ...) of its current with a = s^2 =
 * r n sum L; the mean of 1 / (1 + x) is the same to second order, 9 % low at a = 9 and 30 % low at a = 36, which is a whole core at
 * SET with all inputs full and 10 ohm. The 1 - 0.4 a + 0.1 a^2 of FACTS 7.6 (aihwkit, rpu_forward_backward_pass.cpp:387-420) would
 * change the sign of the current there.
 *
 * Read pulses begin together and end one after the other, so rows share the line for the shorter of their two pulses; `overlapOf`
 * turns the product of two mean pulses into that.
 */

import type { Blocks } from "./blocks.ts";

export interface LineGeometry {
  /** w: distance of the middle of the nearest block from the converter, in blocks. */
  readonly nearWeight: number;
  /** o. */
  readonly ownShare: number;
}

/** @param firstRow of the rows that are in use; all of the line between them and the converter counts. */
export function lineGeometry({ rowsPerBlock }: Blocks, firstRow: number): LineGeometry {
  return {
    nearWeight: (firstRow + (rowsPerBlock + 1) / 2) / rowsPerBlock,
    ownShare: (rowsPerBlock ** 2 - 1) / (6 * rowsPerBlock ** 2),
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
