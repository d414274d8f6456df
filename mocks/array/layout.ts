/** The numbering of all cells of a chip: array after array, row by row. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import { cellCount, type Region, regionText } from "../../src/chip/region.ts";

export interface Layout {
  readonly arrays: readonly { readonly first: number; readonly rows: number; readonly columns: number }[];
  /** Devices of the whole chip. */
  readonly cells: number;
}

export function layoutOf(arrays: Descriptor["arrays"]): Layout {
  let cells = 0;
  const placed = arrays.map(({ rows, columns }) => {
    const first = cells;
    cells += rows * columns;
    return { first, rows, columns };
  });
  return { arrays: placed, cells };
}

/**
 * The first cell of each row of a region.
 * @throws RangeError when the region is not on the chip: the firmware should have refused it.
 */
function rowStarts(layout: Layout, region: Region): number[] {
  const array = layout.arrays[region.array];
  const { row, column, rows, columns } = region;
  const natural = [row, column, rows, columns].every((value) => Number.isInteger(value) && value >= 0);
  if (!natural || array === undefined || row + rows > array.rows || column + columns > array.columns)
    throw new RangeError(`${regionText(region)} is not on the chip`);
  return Array.from({ length: rows }, (_, r) => array.first + (row + r) * array.columns + column);
}

/** Every cell of a region, row by row. */
export function cellsOf(layout: Layout, region: Region): Uint32Array {
  const cells = new Uint32Array(cellCount(region));
  rowStarts(layout, region).forEach((start, r) => {
    for (let c = 0; c < region.columns; c++) cells[r * region.columns + c] = start + c;
  });
  return cells;
}
