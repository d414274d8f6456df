/**
 * Weights to conductances of differential pairs and back: G+ = beta max(w, 0), G- = beta max(-w, 0), with one beta for each
 * layer so that its largest weight reaches gmax (Joshi et al. 2020; aihwkit SinglePairConductanceConverter with g_min = 0).
 */

import type { AnalogLayer } from "./layer.ts";
import type { Tile } from "./placement.ts";

/** Conductance of one unit of weight (S): gmax / max |w|; 1 for a layer of zeros, whose targets are all 0 anyway. */
export function layerScale(weights: Float32Array, gmaxSiemens: number): number {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  return largest === 0 ? 1 : gmaxSiemens / largest;
}

/**
 * Target conductances (S) of the cells of a tile's region, row by row: weight column j is the bit lines 2j (G+) and 2j + 1 (G-).
 */
export function tileTargets(layer: AnalogLayer, tile: Tile, gmaxSiemens: number): Float32Array {
  const scale = layerScale(layer.weights, gmaxSiemens);
  const targets = new Float32Array(2 * tile.rows * tile.columns);
  let cell = 0;
  for (let row = tile.firstRow; row < tile.firstRow + tile.rows; row++) {
    for (let column = tile.firstColumn; column < tile.firstColumn + tile.columns; column++) {
      const target = scale * layer.weights[row * layer.columns + column]!;
      targets[cell++] = Math.max(target, 0);
      targets[cell++] = Math.max(-target, 0);
    }
  }
  return targets;
}

/**
 * The effective weights (rows x columns, row by row) that measured conductances stand for: w = (G+ - G-) / beta.
 * `tiles` are all tiles of the layer; `conductances[k]` (S) has one value for each cell of the region of `tiles[k]`, row by row.
 * @throws TypeError when sizes do not match or the tiles do not cover the layer.
 */
export function weightsFromTiles(
  layer: AnalogLayer,
  tiles: readonly Tile[],
  conductances: readonly Float32Array[],
  gmaxSiemens: number,
): Float32Array {
  const scale = layerScale(layer.weights, gmaxSiemens);
  const weights = new Float32Array(layer.rows * layer.columns).fill(Number.NaN);
  tiles.forEach((tile, index) => {
    fillTile(weights, layer, tile, conductances[index] ?? new Float32Array(), scale);
  });
  if (coveredCells(tiles) !== weights.length) {
    throw new TypeError(
      `the tiles of layer "${layer.name}" hold ${coveredCells(tiles)} of ${weights.length} weights`,
    );
  }
  return weights;
}

function fillTile(
  weights: Float32Array,
  layer: AnalogLayer,
  tile: Tile,
  cells: Float32Array,
  scale: number,
): void {
  if (cells.length !== 2 * tile.rows * tile.columns) {
    throw new TypeError(`a tile of layer "${layer.name}" has ${cells.length} conductances`);
  }
  let cell = 0;
  for (let row = tile.firstRow; row < tile.firstRow + tile.rows; row++) {
    for (let column = tile.firstColumn; column < tile.firstColumn + tile.columns; column++) {
      weights[row * layer.columns + column] = (cells[cell]! - cells[cell + 1]!) / scale;
      cell += 2;
    }
  }
}

const coveredCells = (tiles: readonly Tile[]): number =>
  tiles.reduce((sum, tile) => sum + tile.rows * tile.columns, 0);
