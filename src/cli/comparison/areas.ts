/** Which cells of a real chip a comparison may pulse: rectangles that the user names, or word lines that were never pulsed. */

import type { Descriptor } from "../../chip/descriptor.ts";
import { assertInside, type Region } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import type { Mark } from "../../network/marks.ts";

/** Parses "ARRAY:FIRST-LAST:FIRST-LAST", word lines before bit lines, counted from 0. @throws LabError USAGE, LIMIT off the chip. */
export function parseArea(text: string, descriptor: Descriptor): Region {
  const match = /^(\d+):(\d+)-(\d+):(\d+)-(\d+)$/.exec(text.trim());
  const [array = -1, firstRow = 0, lastRow = 0, firstColumn = 0, lastColumn = 0] =
    match?.slice(1).map(Number) ?? [];
  if (match === null || lastRow < firstRow || lastColumn < firstColumn)
    throw new LabError("USAGE", `--region ${text} is no rectangle of cells`, {
      next: "write array, word lines and bit lines, counted from 0, like 0:0-127:0-511",
    });
  const area = {
    array,
    row: firstRow,
    column: firstColumn,
    rows: lastRow - firstRow + 1,
    columns: lastColumn - firstColumn + 1,
  };
  assertInside(area, descriptor);
  if (descriptor.arrays[array]?.referenceSiemens === undefined) return area;
  throw new LabError("LIMIT", `--region ${text} lies in reference resistors, which take no pulses`, {
    next: "name cells of an array that `pcmlab identify` shows with devices",
  });
}

/**
 * One area for each contestant: the areas themselves, or one that is cut into as many bands of word lines.
 * @throws LabError USAGE for another number of areas, for areas that overlap, and for one with too few word lines.
 */
export function shareOut(areas: readonly Region[], contestants: number): readonly Region[] {
  const [only] = areas;
  const shared = areas.length === 1 && only !== undefined ? bandsOf(only, contestants) : areas;
  if (shared.length !== contestants)
    throw unusable(
      `${areas.length} areas for ${contestants} algorithms`,
      "name one --region, which they share, or one for each of them",
    );
  const overlap = shared.some((area, index) =>
    shared.slice(0, index).some((other) => intersects(area, other)),
  );
  if (overlap) throw unusable("areas overlap", "give every algorithm cells of its own");
  return shared;
}

function bandsOf(area: Region, count: number): Region[] {
  const rows = Math.floor(area.rows / count);
  if (rows < 1)
    throw unusable(
      `${area.rows} word lines for ${count} algorithms`,
      "name a larger area, or fewer algorithms",
    );
  return Array.from({ length: count }, (_, index) => ({ ...area, row: area.row + index * rows, rows }));
}

export const intersects = (a: Region, b: Region): boolean =>
  a.array === b.array &&
  a.row < b.row + b.rows &&
  b.row < a.row + a.rows &&
  a.column < b.column + b.columns &&
  b.column < a.column + a.columns;

const unusable = (problem: string, next: string): LabError =>
  new LabError("USAGE", `--region: ${problem}`, { next });

/** Everything of the arrays but the area, as whole lines to leave out. */
export const outside = (
  { row, column, rows, columns }: Region,
  arrays: readonly number[],
  descriptor: Descriptor,
): Mark[] =>
  arrays.flatMap((array) => {
    const size = descriptor.arrays[array] ?? { rows: 0, columns: 0 };
    const lines = (count: number, first: number, length: number): number[] =>
      Array.from({ length: count }, (_, line) => line).filter(
        (line) => line < first || line >= first + length,
      );
    return [
      ...lines(size.rows, row, rows).map((line): Mark => ({ kind: "word-line", array, row: line })),
      ...lines(size.columns, column, columns).map(
        (line): Mark => ({ kind: "bit-line", array, column: line }),
      ),
    ];
  });

/** The longest run of word lines of one of the arrays whose cells were never pulsed; undefined when there is none. */
export function largestUnpulsed(
  descriptor: Descriptor,
  homes: readonly (readonly number[])[],
  wasPulsed: (array: number, row: number) => boolean,
): Region | undefined {
  const runs = homes.flatMap((arrays) => unpulsedRuns(descriptor, arrays, wasPulsed));
  return runs.sort((a, b) => b.rows - a.rows)[0];
}

/** @param arrays that are used together: a word line has to be untouched in all of them. */
function unpulsedRuns(
  descriptor: Descriptor,
  arrays: readonly number[],
  wasPulsed: (array: number, row: number) => boolean,
): Region[] {
  const [array = 0] = arrays;
  const { rows, columns } = descriptor.arrays[array] ?? { rows: 0, columns: 0 };
  const runs: Region[] = [];
  let first = 0;
  for (let row = 0; row <= rows; row++) {
    if (row < rows && !arrays.some((used) => wasPulsed(used, row))) continue;
    if (row > first) runs.push({ array, row: first, column: 0, rows: row - first, columns });
    first = row + 1;
  }
  return runs;
}
