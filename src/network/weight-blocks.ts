/** Tiles that hold the devices of the same weights, put together as blocks of weights. */

import type { WeightBlock } from "../chip/weight-block.ts";
import type { WeightRectangle } from "./mapping.ts";
import type { Tile } from "./placement.ts";

export interface PlacedBlock<T extends Tile = Tile> extends WeightRectangle {
  /** Index into the layers. */
  readonly layer: number;
  readonly block: WeightBlock;
  /** `tiles[k]` is `block.parts[k]`. */
  readonly tiles: readonly T[];
}

/**
 * The blocks of tiles, in the order of their first tiles.
 * @throws TypeError when the tiles of a block do not hold two or four devices of each weight, each once.
 */
export function placedBlocks<T extends Tile>(tiles: readonly T[]): PlacedBlock<T>[] {
  const groups = new Map<string, T[]>();
  for (const tile of tiles) {
    const key = `${tile.layer}:${tile.firstRow}:${tile.firstColumn}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [tile]);
    else group.push(tile);
  }
  return [...groups.values()].map(blockOf);
}

function blockOf<T extends Tile>(tiles: readonly T[]): PlacedBlock<T> {
  const [first] = tiles;
  if (first === undefined) throw new TypeError("a block without tiles");
  const { layer, firstRow, firstColumn, rows, columns, rowOrder } = first;
  const parts = tiles.map(({ region, devices }) => ({ region, devices }));
  const block = { rows, columns, devicesPerWeight: devicesPerWeightOf(tiles), parts };
  const rectangle = { firstRow, firstColumn, rows, columns, ...(rowOrder !== undefined && { rowOrder }) };
  return { layer, ...rectangle, block, tiles };
}

function devicesPerWeightOf(tiles: readonly Tile[]): 2 | 4 {
  const devices = tiles.flatMap((tile) => tile.devices).sort((a, b) => a - b);
  const each = devices.every((device, index) => device === index);
  if (each && (devices.length === 2 || devices.length === 4)) return devices.length;
  throw new TypeError(`the tiles of a block hold the devices ${devices.join(", ")} of each weight`);
}
