/** How far the outputs of a layer are from those of the digital network. */

import { type ColumnMoments, totalEnergy, totalSquares } from "./column-moments.ts";

/** Outputs of a layer over all images and positions. */
export interface ComparedMoments {
  readonly digital: ColumnMoments;
  readonly chip: ColumnMoments;
  /** Of chip less digital. */
  readonly error: ColumnMoments;
}

export interface LayerErrors {
  /** ||y_chip - y|| / ||y||, y all outputs of the layer: a fraction (Le Gallo et al. 2023; Rasch et al. 2023, FACTS 8.2, 8.5). */
  readonly mvmError: number;
  /** Pearson's, over all outputs of the layer together. */
  readonly correlation: number;
  /**
   * log2(sigma_y / rms error). IEEE Std 1241-2010 has ENOB = log2(full scale / (sqrt(12) rms error)); the full scale taken here is
   * that of a uniform signal as wide as the outputs are, sqrt(12) sigma_y, since outputs that are nearly Gaussian have no end of
   * their own. b bits that a uniform signal fills have the error of b effective bits. At most those of float32.
   */
  readonly effectiveBits: number;
}

/** Bits of the significand of float32. */
const mostBits = 24;

/** A layer whose digital outputs are all zero has an infinite error, or none. */
export function layerErrors({ digital, chip, error }: ComparedMoments): LayerErrors {
  const errorEnergy = totalEnergy(error);
  const spread = totalSquares(digital);
  return {
    mvmError: errorEnergy === 0 ? 0 : Math.sqrt(errorEnergy / totalEnergy(digital)),
    correlation: correlationOf(spread, totalSquares(chip), totalSquares(error)),
    effectiveBits: Math.min(mostBits, Math.log2(Math.sqrt(spread / errorEnergy))),
  };
}

/** From the squared deviations of d, a and a - d; 0 where one of them does not vary. */
export function correlationOf(digital: number, chip: number, error: number): number {
  const scale = Math.sqrt(digital * chip);
  return scale === 0 ? 0 : Math.max(-1, Math.min(1, (digital + chip - error) / (2 * scale)));
}
