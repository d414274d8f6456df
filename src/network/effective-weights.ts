/** Measured conductances to the weights that they stand for. */

import { deviceSign } from "../chip/weight-block.ts";
import type { AnalogLayer } from "./layer.ts";
import { weightRowOf } from "./mapping.ts";
import type { Tile } from "./placement.ts";
import { placedBlocks } from "./weight-blocks.ts";

/**
 * The effective weights (rows x columns, row by row) that measured conductances stand for: w = (sum of G+ - sum of G-) / beta.
 * @param tiles all tiles of the layer. @param conductances one array for each tile: S of each cell of its region, row by row.
 * @param siemensPerWeight beta of each column (S).
 * @throws TypeError when sizes do not match or the tiles do not hold every weight with all its devices.
 */
export function weightsFromTiles(
  layer: AnalogLayer,
  tiles: readonly Tile[],
  conductances: readonly Float32Array[],
  siemensPerWeight: Float64Array,
): Float32Array {
  if (siemensPerWeight.length !== layer.columns) {
    throw new TypeError(
      `${siemensPerWeight.length} scales for the ${layer.columns} columns of "${layer.name}"`,
    );
  }
  const net = new Float64Array(layer.rows * layer.columns);
  const held = new Uint8Array(net.length);
  for (const { tiles: parts, block } of placedBlocks(tiles)) {
    for (const tile of parts) {
      const cells = conductances[tiles.indexOf(tile)] ?? new Float32Array();
      addTile({ layer, net, devicesPerWeight: block.devicesPerWeight }, tile, cells);
    }
    if (parts[0] !== undefined) countHeld(held, layer, parts[0]);
  }
  const whole = held.reduce((sum, times) => sum + (times === 1 ? 1 : 0), 0);
  if (whole !== net.length) {
    throw new TypeError(`the tiles of layer "${layer.name}" hold ${whole} of ${net.length} weights`);
  }
  return Float32Array.from(net, (value, index) => value / siemensPerWeight[index % layer.columns]!);
}

interface NetSums {
  readonly layer: AnalogLayer;
  readonly devicesPerWeight: 2 | 4;
  /** S of each weight of the layer. */
  readonly net: Float64Array;
}

function addTile({ layer, devicesPerWeight, net }: NetSums, tile: Tile, cells: Float32Array): void {
  const { rows, columns, devices, firstColumn } = tile;
  if (cells.length !== rows * columns * devices.length) {
    throw new TypeError(`a tile of layer "${layer.name}" has ${cells.length} conductances`);
  }
  const signs = devices.map((device) => deviceSign({ devicesPerWeight }, device));
  let cell = 0;
  for (let line = 0; line < rows; line++) {
    const row = weightRowOf(tile, line) * layer.columns;
    for (let weight = row + firstColumn; weight < row + firstColumn + columns; weight++) {
      for (const sign of signs) net[weight]! += sign * cells[cell++]!;
    }
  }
}

function countHeld(
  held: Uint8Array,
  layer: AnalogLayer,
  { firstRow, firstColumn, rows, columns }: Tile,
): void {
  for (let row = firstRow; row < firstRow + rows; row++) {
    for (let column = firstColumn; column < firstColumn + columns; column++)
      held[row * layer.columns + column]! += 1;
  }
}
