/** The numbering of all devices of a chip: array after array, row by row; arrays of reference resistors hold none. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import { cellCount, type Region, regionText } from "../../src/chip/region.ts";

export interface ArrayLayout {
  /** Number of the first device. The numbers of reference resistors begin there as well, and mean nothing to the devices. */
  readonly first: number;
  readonly rows: number;
  readonly columns: number;
  /** Conductance of each row (S) when the cells are resistors. */
  readonly referenceSiemens: readonly number[] | undefined;
}

export interface Layout {
  readonly arrays: readonly ArrayLayout[];
  /** Devices of the whole chip. */
  readonly cells: number;
}

export function layoutOf(arrays: Descriptor["arrays"]): Layout {
  let cells = 0;
  const placed = arrays.map(({ rows, columns, referenceSiemens }) => {
    const first = cells;
    if (referenceSiemens === undefined) cells += rows * columns;
    return { first, rows, columns, referenceSiemens };
  });
  return { arrays: placed, cells };
}

/** @throws RangeError when the region is not on the chip: the firmware should have refused it. */
export function arrayOf(layout: Layout, region: Region): ArrayLayout {
  const array = layout.arrays[region.array];
  const { row, column, rows, columns } = region;
  const natural = [row, column, rows, columns].every((value) => Number.isInteger(value) && value >= 0);
  if (!natural || array === undefined || row + rows > array.rows || column + columns > array.columns)
    throw new RangeError(`${regionText(region)} is not on the chip`);
  return array;
}

/** Every device of a region, row by row. @throws RangeError when the region is not on the chip or holds resistors. */
export function cellsOf(layout: Layout, region: Region): Uint32Array {
  const array = arrayOf(layout, region);
  if (array.referenceSiemens !== undefined)
    throw new RangeError(`${regionText(region)} holds reference resistors`);
  return numbersOf(array, region);
}

/** The numbers of all cells of a region, row by row. */
export function numbersOf({ first, columns }: ArrayLayout, region: Region): Uint32Array {
  const cells = new Uint32Array(cellCount(region));
  for (let r = 0; r < region.rows; r++) {
    const start = first + (region.row + r) * columns + region.column;
    for (let c = 0; c < region.columns; c++) cells[r * region.columns + c] = start + c;
  }
  return cells;
}
