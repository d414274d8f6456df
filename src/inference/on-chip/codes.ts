/** Values to input codes, codes to vectors of one tile, and output codes back to values: the inner loops of the on-chip engine. */

import type { ColumnCorrection } from "../../../calibration/gradient-descent/correction.ts";
import type { Patches } from "./patches.ts";
import type { ArrayTile } from "./tiles.ts";

/**
 * Codes of the inputs, examples x padded length, the padding 0: round(value / range x largest), and what is beyond the range clipped to it,
 * as in a converter whose full scale is the calibrated input range (Joshi et al. 2020).
 * @param values examples x elements.
 */
export function inputCodes(
  values: Float32Array,
  { places, paddedLength, examples }: Patches,
  range: number,
  largest: number,
): Int8Array {
  const codes = new Int8Array(examples * paddedLength);
  const factor = largest / range;
  const size = places.length;
  for (let example = 0; example < examples; example++) {
    const first = example * paddedLength;
    for (let n = 0; n < size; n++) {
      const code = Math.round(values[example * size + n]! * factor);
      codes[first + places[n]!] = code > largest ? largest : code < -largest ? -largest : code;
    }
  }
  return codes;
}

/**
 * The inputs of the word lines of a tile, vectors x lines, for vectors `from` to `to - 1`, which are counted over all positions of all examples.
 * @param biasCode what drives the row of the bias.
 */
export function tileInputs(
  codes: Int8Array,
  { starts, offsets, paddedLength }: Patches,
  { weightRows }: ArrayTile,
  biasCode: number,
  from: number,
  to: number,
): Int8Array {
  const lines = weightRows.length;
  // The row of the bias has no offset; its lines are set behind the others.
  const lineOffsets = Int32Array.from(weightRows, (row) => offsets[row] ?? 0);
  const inputs = new Int8Array((to - from) * lines);
  const positions = starts.length;
  let out = 0;
  for (let vector = from; vector < to; vector++) {
    const example = Math.floor(vector / positions);
    const start = example * paddedLength + starts[vector - example * positions]!;
    for (let line = 0; line < lines; line++) inputs[out++] = codes[start + lineOffsets[line]!]!;
  }
  const biasLine = weightRows.indexOf(offsets.length);
  if (biasLine >= 0)
    for (let place = biasLine; place < inputs.length; place += lines) inputs[place] = biasCode;
  return inputs;
}

/** How the codes of a tile become values. */
export interface OutputScale extends ColumnCorrection {
  /** Value of one code of an ideal converter, for each column of the tile. */
  readonly valuePerCode: Float64Array;
}

/**
 * Adds what a tile contributes to its columns of the layer's output.
 * @param sums examples x columns x positions. @param outputs vectors x columns of the tile, vector `from` first.
 */
export function addOutputs(
  sums: Float32Array,
  outputs: Int16Array,
  { scale, offsetCodes, valuePerCode }: OutputScale,
  { firstColumn }: ArrayTile,
  columns: number,
  positions: number,
  from: number,
): void {
  const width = scale.length;
  const vectors = outputs.length / width;
  const factors = valuePerCode.map((value, column) => value / scale[column]!);
  for (let n = 0; n < vectors; n++) {
    const example = Math.floor((from + n) / positions);
    const first = (example * columns + firstColumn) * positions + (from + n - example * positions);
    for (let column = 0; column < width; column++)
      sums[first + column * positions]! +=
        (outputs[n * width + column]! - offsetCodes[column]!) * factors[column]!;
  }
}
