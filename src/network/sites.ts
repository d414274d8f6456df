/** Where on a chip blocks of weights may lie: rectangles of consecutive lines between those that are avoided. */

import { type Descriptor, deviceArrays } from "../chip/descriptor.ts";
import { LabError } from "../core/errors.ts";
import type { Mark } from "./marks.ts";
import type { Bin } from "./skyline.ts";

/**
 * bit-lines: the devices of a weight are on adjacent bit lines of one array. unit-cells: they are in the arrays of the chip's unit
 * cells, at the same row and column of each.
 */
export type Layout = "bit-lines" | "unit-cells";

/** Which devices of its weights an array of a site holds. */
export interface SitePart {
  readonly array: number;
  readonly devices: readonly number[];
}

/** `rows` x `columns` are word and bit lines of every array in `parts`. */
export interface Site extends Bin {
  readonly row: number;
  readonly column: number;
  readonly parts: readonly SitePart[];
}

export interface SiteOptions {
  readonly devicesPerWeight: 2 | 4;
  readonly layout: Layout;
  /** Indices of the arrays that may be used, in this order; all that hold devices when not given. */
  readonly arrays?: readonly number[];
  /** Lines to leave out; marks of single devices leave the sites as they are. */
  readonly avoid?: readonly Mark[];
}

/** The layout when nobody says: unit cells when they hold as many devices as a weight has, so that the chip can multiply with them. */
export const usualLayout = (descriptor: Descriptor, devicesPerWeight: 2 | 4): Layout =>
  unitCellArrays(descriptor)?.length === devicesPerWeight ? "unit-cells" : "bit-lines";

/** @throws LabError USAGE when the chip has no such arrays or unit cells. */
export function sitesOf(descriptor: Descriptor, options: SiteOptions): Site[] {
  const { avoid = [], layout } = options;
  const homes = layout === "unit-cells" ? [unitCells(descriptor, options)] : bitLines(descriptor, options);
  return homes.flatMap((parts) => sitesBetween(descriptor, parts, avoid));
}

/** Those that count for the weight, then those that count against it; undefined for a chip without unit cells. */
function unitCellArrays({ mvm }: Descriptor): readonly number[] | undefined {
  if (mvm === undefined || mvm.plusArrays.length !== mvm.minusArrays.length) return undefined;
  return [...mvm.plusArrays, ...mvm.minusArrays];
}

function unitCells(descriptor: Descriptor, { devicesPerWeight, arrays }: SiteOptions): SitePart[] {
  const own = unitCellArrays(descriptor);
  const { model } = descriptor;
  if (own === undefined) {
    throw new LabError(
      "USAGE",
      `the devices of ${model} are not in unit cells of arrays for and against a weight`,
      {
        next: "leave the layout out, or choose bit-lines",
      },
    );
  }
  if (own.length !== devicesPerWeight) {
    throw new LabError(
      "USAGE",
      `a unit cell of ${model} has ${own.length} devices, ${devicesPerWeight} a weight were asked for`,
      {
        next: `all of them count in its products: choose ${own.length} devices a weight, or the layout bit-lines`,
      },
    );
  }
  const left = own.find((array) => arrays !== undefined && !arrays.includes(array));
  if (left !== undefined) {
    throw new LabError(
      "USAGE",
      `unit cells of ${model} need array ${left}, which is not among those to use`,
      {
        next: "name all arrays of the unit cells, or choose the layout bit-lines",
      },
    );
  }
  return own.map((array, device) => ({ array, devices: [device] }));
}

function bitLines(descriptor: Descriptor, { devicesPerWeight, arrays }: SiteOptions): SitePart[][] {
  const devices = Array.from({ length: devicesPerWeight }, (_, device) => device);
  return (arrays ?? deviceArrays(descriptor)).map((array) => [{ array, devices }]);
}

function sitesBetween(descriptor: Descriptor, parts: readonly SitePart[], avoid: readonly Mark[]): Site[] {
  const used = parts.map(({ array }) => array);
  const [index = 0] = used;
  const array = descriptor.arrays[index];
  if (array === undefined) {
    throw new LabError(
      "USAGE",
      `array ${index} is not on the chip: it has ${descriptor.arrays.length} arrays`,
    );
  }
  const here = avoid.filter((mark) => used.includes(mark.array));
  const rows = here.flatMap((mark) => (mark.kind === "word-line" ? [mark.row] : []));
  const columns = here.flatMap((mark) => (mark.kind === "bit-line" ? [mark.column] : []));
  return gaps(array.rows, rows).flatMap(([row, height]) =>
    gaps(array.columns, columns).map(([column, width]) => ({
      row,
      column,
      rows: height,
      columns: width,
      parts,
    })),
  );
}

/** Starts and lengths of what is left of 0 .. total - 1 without some lines. */
function gaps(total: number, without: readonly number[]): (readonly [number, number])[] {
  const ends = [...new Set(without), total].sort((a, b) => a - b);
  return ends
    .map((end, index) => {
      const start = index === 0 ? 0 : ends[index - 1]! + 1;
      return [start, end - start] as const;
    })
    .filter(([, length]) => length > 0);
}
