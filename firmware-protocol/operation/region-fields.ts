/** The five numbers that address a region: array, first row, first column, rows, columns. */

import { unpackBits } from "../../src/core/bytes.ts";
import { type Element, number } from "../scpi/element.ts";
import { ScpiFault } from "../scpi/errors.ts";
import type { Fields } from "../scpi/fields.ts";

export interface RegionFields {
  readonly array: number;
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Cells of one request, whatever the board; a board may allow fewer. */
export const maxCells = 1 << 20;

export const encodeRegion = (region: RegionFields): Element[] =>
  [region.array, region.row, region.column, region.rows, region.columns].map(number);

/** @throws ScpiFault -222 when a number is negative, too large, or the region has too many cells. */
export function decodeRegion(fields: Fields): RegionFields {
  const region = {
    array: fields.integer("array", 0, 255),
    row: fields.integer("row", 0, 65_535),
    column: fields.integer("column", 0, 65_535),
    rows: fields.integer("rows", 1, 65_536),
    columns: fields.integer("columns", 1, 65_536),
  };
  const cells = region.rows * region.columns;
  if (cells > maxCells) throw new ScpiFault(-222, `a region of ${cells} cells, allowed 1 to ${maxCells}`);
  return region;
}

/** One bit a cell, least significant bit of each byte first. @throws ScpiFault -161 for another length. */
export function decodeMask(fields: Fields, region: RegionFields): Uint8Array {
  const cells = region.rows * region.columns;
  return unpackBits(fields.block("mask", Math.ceil(cells / 8)), cells);
}
