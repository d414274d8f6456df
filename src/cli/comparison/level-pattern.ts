/** The pattern that all algorithms are compared with: weights at eleven levels of either sign, as a layer like those of a network. */

import type { Prng } from "../../core/prng.ts";
import type { AnalogLayer } from "../../network/layer.ts";
import { levelCount } from "../../report/statistics/level-errors.ts";

export interface PatternShape {
  /** Of weights. */
  readonly rows: number;
  readonly columns: number;
}

/**
 * A rectangle for at least `perLevel` weights of each level, as nearly square as it may be: sums of products run over its rows, and
 * errors of converters over its columns.
 * @param largest what may lie on the chip; a pattern that is larger by far is cut by the placement.
 */
export function patternShape(perLevel: number, largest: PatternShape): PatternShape {
  const weights = levelCount * perLevel;
  const square = Math.ceil(Math.sqrt(weights));
  const rows = Math.min(largest.rows, Math.max(square, Math.ceil(weights / largest.columns)));
  return { rows, columns: Math.ceil(weights / rows) };
}

/**
 * Levels 0, 0.1 ... 1 equally often, half of each positive, in random order, so that neither a place of the array nor the order of
 * programming belongs to a level. The largest weight is 1.
 */
export function levelPattern({ rows, columns }: PatternShape, random: Prng): AnalogLayer {
  const weights = Float32Array.from({ length: rows * columns }, (_, index) => {
    const sign = Math.floor(index / levelCount) % 2 === 0 ? 1 : -1;
    return (sign * (index % levelCount)) / (levelCount - 1);
  });
  shuffle(weights, random);
  return {
    name: "levels",
    kind: "matmul",
    rows,
    columns,
    weights,
    biasInArray: false,
    digitalBias: undefined,
    node: 0,
    layout: "rows-first",
    weightDims: [rows, columns],
  };
}

/** Fisher and Yates, in place. */
function shuffle(values: Float32Array, random: Prng): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const value = values[last]!;
    values[last] = values[other]!;
    values[other] = value;
  }
}
