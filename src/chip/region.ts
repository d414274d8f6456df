/** A region is a rectangle of one array; its cells are numbered row by row. */

import { LabError } from "../core/errors.ts";
import type { Descriptor } from "./descriptor.ts";

export interface Region {
  /** Index into the descriptor's arrays. */
  readonly array: number;
  /** First word line. */
  readonly row: number;
  /** First bit line. */
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

export const cellCount = (region: Region): number => region.rows * region.columns;

export const regionText = (region: Region): string =>
  `array ${region.array}, rows ${region.row}..${region.row + region.rows - 1}, columns ${region.column}..${region.column + region.columns - 1}`;

/** @throws LabError LIMIT when the region is empty or leaves its array. */
export function assertInside(region: Region, descriptor: Descriptor): void {
  const array = descriptor.arrays[region.array];
  const fits =
    array !== undefined &&
    [region.row, region.column, region.rows, region.columns].every(Number.isInteger) &&
    region.row >= 0 &&
    region.column >= 0 &&
    region.rows >= 1 &&
    region.columns >= 1 &&
    region.row + region.rows <= array.rows &&
    region.column + region.columns <= array.columns;
  if (fits) return;
  const size =
    array === undefined
      ? `the chip has ${descriptor.arrays.length} arrays`
      : `the array is ${array.rows} x ${array.columns}`;
  throw new LabError("LIMIT", `${regionText(region)} is not on the chip: ${size}`);
}

/** Cuts a region where a single row would be too much for a request of `maxCells` cells, left to right. */
export const columnStripes = (region: Region, maxCells: number): Region[] =>
  Array.from({ length: Math.ceil(region.columns / maxCells) }, (_, stripe) => {
    const column = region.column + stripe * maxCells;
    return { ...region, column, columns: Math.min(maxCells, region.column + region.columns - column) };
  });

/** Cuts a region into bands of whole rows with at most `maxCells` cells each (one row at least), top to bottom. */
export function rowBands(region: Region, maxCells: number): Region[] {
  const rowsPerBand = Math.max(1, Math.floor(maxCells / region.columns));
  const bands: Region[] = [];
  for (let offset = 0; offset < region.rows; offset += rowsPerBand) {
    const rows = Math.min(rowsPerBand, region.rows - offset);
    bands.push({ ...region, row: region.row + offset, rows });
  }
  return bands;
}
