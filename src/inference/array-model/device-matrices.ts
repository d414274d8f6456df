/** Sums over the devices of a layer as matrices of the layer's shape (rows x columns), in units of weights. */

import { deviceSign } from "../../chip/weight-block.ts";
import { weightRowOf } from "../../network/mapping.ts";
import type { Conversion } from "./conversions.ts";
import type { LayerArray } from "./model.ts";
import { type ReadNoiseLaw, sigmaOf } from "./read-noise.ts";

/** Variance of each weight from product to product: sum over its devices of (sigma(G) / beta)^2. */
export function weightVariances(
  array: LayerArray,
  conversions: readonly Conversion[],
  rows: number,
  law: ReadNoiseLaw,
): Float32Array {
  const columns = array.siemensPerWeight.length;
  const variances = new Float32Array(rows * columns);
  const sigma = sigmaOf(law);
  for (const conversion of conversions)
    visitDevices(array, conversion, ({ row, column, siemens }) => {
      variances[row * columns + column]! += (sigma(siemens) / array.siemensPerWeight[column]!) ** 2;
    });
  return variances;
}

/** One device of a conversion. */
export interface Device {
  /** Of the layer's weight matrix. */
  readonly row: number;
  readonly column: number;
  readonly sign: 1 | -1;
  readonly siemens: number;
  /** Bit lines of one column of weights, from 0: devices in arrays of unit cells share one, adjacent ones have one each. */
  readonly line: number;
  /** Word lines from the first of the conversion, from 1. */
  readonly distance: number;
}

/** @throws TypeError when a tile has not one conductance for each of its cells. */
export function visitDevices(
  { tiles, conductances }: LayerArray,
  { blocks }: Conversion,
  visit: (device: Device) => void,
): void {
  let linesBefore = 0;
  for (const { block, tiles: parts, ...rectangle } of blocks) {
    for (const tile of parts) {
      const cells = conductances[tiles.indexOf(tile)];
      const width = tile.columns * tile.devices.length;
      if (cells?.length !== tile.rows * width)
        throw new TypeError(`${cells?.length} conductances for ${tile.rows} x ${width} cells`);
      const slots = tile.devices.map((device) => ({
        sign: deviceSign(block, device),
        line: block.parts.length > 1 ? 0 : device,
      }));
      let cell = 0;
      for (let wordLine = 0; wordLine < tile.rows; wordLine++) {
        const row = weightRowOf(rectangle, wordLine);
        const distance = linesBefore + wordLine + 1;
        for (let column = tile.firstColumn; column < tile.firstColumn + tile.columns; column++)
          for (const { sign, line } of slots) {
            visit({ row, column, sign, siemens: Math.max(0, cells[cell]!), line, distance });
            cell++;
          }
      }
    }
    linesBefore += block.rows;
  }
}
