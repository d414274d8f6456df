/** Marks as the devices of blocks that programming leaves alone. */

import type { Region } from "../chip/region.ts";
import { deviceCountOf, type WeightBlock } from "../chip/weight-block.ts";
import type { Mark } from "./marks.ts";

/** Marks of devices within the regions, and of lines that pass them. */
export const marksUnder = (regions: readonly Region[], marks: readonly Mark[]): Mark[] =>
  marks.filter((mark) => regions.some((region) => cellsUnder(region, mark).length > 0));

/** One byte a device of the block, part after part, each row by row: 1 where a mark says that it is bad. */
export function knownBadOf(block: Pick<WeightBlock, "parts">, marks: readonly Mark[]): Uint8Array {
  const flags = new Uint8Array(deviceCountOf(block));
  let first = 0;
  for (const { region } of block.parts) {
    for (const mark of marks) for (const cell of cellsUnder(region, mark)) flags[first + cell] = 1;
    first += region.rows * region.columns;
  }
  return flags;
}

/** Cells of a region, counted row by row. */
function cellsUnder({ array, row, column, rows, columns }: Region, mark: Mark): number[] {
  if (mark.array !== array) return [];
  const r = mark.kind === "bit-line" ? undefined : mark.row - row;
  const c = mark.kind === "word-line" ? undefined : mark.column - column;
  if ((r !== undefined && (r < 0 || r >= rows)) || (c !== undefined && (c < 0 || c >= columns))) return [];
  if (r !== undefined && c !== undefined) return [r * columns + c];
  return r === undefined
    ? Array.from({ length: rows }, (_, line) => line * columns + (c ?? 0))
    : Array.from({ length: columns }, (_, line) => r * columns + line);
}
