/**
 * Which rows of a layer one converter sums: those that lie on the same bit lines. Tiles that a placement cut only because one request of
 * the wire could not carry them are put together again; rows on other arrays or other lines have conversions of their own.
 */

import type { Tile } from "../../network/placement.ts";
import { type PlacedBlock, placedBlocks } from "../../network/weight-blocks.ts";

/** A rectangle of the weight matrix of a layer, and the blocks that hold it, from the converter outwards. */
export interface Conversion {
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly rows: number;
  readonly columns: number;
  readonly blocks: readonly PlacedBlock[];
}

/** @param tiles all tiles of one layer. @throws TypeError when they do not hold whole weights. */
export function conversionsOf(tiles: readonly Tile[]): Conversion[] {
  const conversions: Conversion[] = [];
  for (const block of placedBlocks(tiles)) {
    const at = conversions.findIndex((conversion) => isContinued(conversion, block));
    const before = conversions[at];
    if (before === undefined) conversions.push({ ...rectangleOf(block), blocks: [block] });
    else conversions[at] = { ...before, rows: before.rows + block.rows, blocks: [...before.blocks, block] };
  }
  return conversions;
}

/** Conversions of the same rows, which share their inputs. */
export interface RowBand {
  readonly firstRow: number;
  readonly rows: number;
  /** With their places in the list of all. */
  readonly conversions: readonly (Conversion & { readonly index: number })[];
}

export function rowBandsOf(conversions: readonly Conversion[]): RowBand[] {
  const bands = new Map<string, RowBand>();
  conversions.forEach((conversion, index) => {
    const { firstRow, rows } = conversion;
    const key = `${firstRow}+${rows}`;
    const own = bands.get(key)?.conversions ?? [];
    bands.set(key, { firstRow, rows, conversions: [...own, { ...conversion, index }] });
  });
  return [...bands.values()];
}

const rectangleOf = ({ firstRow, firstColumn, rows, columns }: PlacedBlock) => ({
  firstRow,
  firstColumn,
  rows,
  columns,
});

/** Whether the block goes on where the conversion ends, on the same lines. */
function isContinued(conversion: Conversion, { block, ...next }: PlacedBlock): boolean {
  const { firstRow, rows, firstColumn, columns, blocks } = conversion;
  const last = blocks.at(-1)?.block;
  if (last === undefined || next.firstRow !== firstRow + rows) return false;
  if (next.firstColumn !== firstColumn || block.columns !== columns) return false;
  return block.parts.every(({ region, devices }, part) => {
    const before = last.parts[part];
    return (
      before !== undefined &&
      before.region.array === region.array &&
      before.region.column === region.column &&
      before.region.row + before.region.rows === region.row &&
      before.devices.join() === devices.join()
    );
  });
}
