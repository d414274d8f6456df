/** A region as people name it: ARRAY:ROWS:COLUMNS, first and last of each. */

import type { Descriptor } from "../../chip/descriptor.ts";
import { assertInside, type Region } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";

/**
 * "0:0..3:16..31" or "main:0..3:16..31": word lines 0 to 3, bit lines 16 to 31.
 * @throws LabError USAGE for what is no region, LIMIT for one that is not on the chip.
 */
export function regionNamed(text: string, descriptor: Descriptor): Region {
  const [name = "", rows, columns, ...more] = text.trim().split(":");
  const [row, lastRow] = span(rows);
  const [column, lastColumn] = span(columns);
  if (
    row === undefined ||
    lastRow === undefined ||
    column === undefined ||
    lastColumn === undefined ||
    more.length > 0
  )
    throw new LabError("USAGE", `"${text.trim()}" is no region`, {
      next: "write it like 0:0..3:16..31: array, first and last word line, first and last bit line",
    });
  const region = {
    array: arrayNamed(name, descriptor),
    row,
    column,
    rows: lastRow - row + 1,
    columns: lastColumn - column + 1,
  };
  assertInside(region, descriptor);
  return region;
}

/** "3..5", or "3" for a single line. */
function span(text: string | undefined): readonly number[] {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text?.trim() ?? "");
  return match === null ? [] : [Number(match[1]), Number(match[2] ?? match[1])];
}

function arrayNamed(name: string, { arrays }: Descriptor): number {
  const byName = arrays.findIndex((array) => array.name === name);
  if (byName >= 0) return byName;
  if (/^\d+$/.test(name)) return Number(name);
  throw new LabError("USAGE", `the chip has no array "${name}"`, {
    next: `name one of ${arrays.map((array) => array.name).join(", ")}, or its number from 0`,
  });
}
