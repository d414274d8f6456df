/** The columns that say where the devices of a region are, cut into batches of whole word lines. */

import type { Region } from "../chip/region.ts";
import { rowBands } from "../chip/region.ts";
import { batchRows, type Column, column, constant, type Values } from "./dataset.ts";

export const placeColumns: readonly Column[] = [
  column("array", "integer", "index into the arrays of the chip"),
  column("word_line", "integer", "row of the array"),
  column("bit_line", "integer", "column of the array"),
];

/** A part of a region that makes one batch: some of its word lines. */
export interface Part {
  readonly region: Region;
  /** Of its first device among those of the whole region, row by row. */
  readonly first: number;
  readonly devices: number;
}

export const partsOf = (region: Region): Part[] =>
  rowBands(region, batchRows).map((band) => ({
    region: band,
    first: (band.row - region.row) * region.columns,
    devices: band.rows * band.columns,
  }));

export const placesOf = ({ region, devices }: Part): Readonly<Record<string, () => Values>> => ({
  array: constant(region.array),
  word_line: () => lines(devices, (device) => region.row + Math.floor(device / region.columns)),
  bit_line: () => lines(devices, (device) => region.column + (device % region.columns)),
});

function lines(devices: number, lineOf: (device: number) => number): Int32Array {
  const values = new Int32Array(devices);
  for (let device = 0; device < devices; device++) values[device] = lineOf(device);
  return values;
}

/** Conductances in microsiemens. */
export function microsiemens(siemens: Float32Array): Float32Array {
  const values = new Float32Array(siemens.length);
  for (let device = 0; device < values.length; device++)
    values[device] = (siemens[device] ?? Number.NaN) * 1e6;
  return values;
}
