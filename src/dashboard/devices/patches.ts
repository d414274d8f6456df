/** Conductances of an array as means over blocks of devices: what was read later takes the place of what was read before. */

import type { Region } from "../../chip/region.ts";
import type { Raster } from "../../report/raster.ts";

/** Points of a map on its longer side, at most. */
const mostPoints = 256;

/** The sums of one region within the blocks of a window. */
interface Patch {
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly rows: number;
  readonly columns: number;
  readonly sums: Float64Array;
  readonly counts: Uint32Array;
}

export class PatchedMap {
  readonly window: Region;
  /** Devices on a side of a block. */
  readonly block: number;
  readonly #patches = new Map<string, Patch>();

  /** @param window encloses the regions that are put into it. */
  constructor(window: Region) {
    this.window = window;
    this.block = Math.max(1, Math.ceil(Math.max(window.rows, window.columns) / mostPoints));
  }

  /**
   * Puts a region in the place of what was there under the same name. Regions of different names share the blocks in which they meet.
   * @param siemens one conductance for each device, row by row.
   */
  put(name: string, region: Region, siemens: Float32Array): void {
    this.#patches.set(name, patchOf(region, siemens, this.window, this.block));
  }

  get isEmpty(): boolean {
    return this.#patches.size === 0;
  }

  /** The part of the window in which something is known, blocks as a whole; the window itself where nothing is. */
  known(): { readonly window: Region; readonly raster: Raster } {
    const patches = [...this.#patches.values()];
    const raster = this.raster();
    if (patches.length === 0) return { window: this.window, raster };
    const top = Math.min(...patches.map(({ firstRow }) => firstRow));
    const left = Math.min(...patches.map(({ firstColumn }) => firstColumn));
    const bottom = Math.max(...patches.map(({ firstRow, rows }) => firstRow + rows));
    const right = Math.max(...patches.map(({ firstColumn, columns }) => firstColumn + columns));
    return {
      window: {
        array: this.window.array,
        row: this.window.row + top * this.block,
        column: this.window.column + left * this.block,
        rows: Math.min(bottom * this.block, this.window.rows) - top * this.block,
        columns: Math.min(right * this.block, this.window.columns) - left * this.block,
      },
      raster: cut(raster, { top, left, width: right - left, height: bottom - top }),
    };
  }

  raster(): Raster {
    const width = Math.ceil(this.window.columns / this.block);
    const height = Math.ceil(this.window.rows / this.block);
    const sums = new Float64Array(width * height);
    const counts = new Uint32Array(width * height);
    for (const patch of this.#patches.values()) addPatch(patch, width, sums, counts);
    const siemens = Float32Array.from(sums, (sum, index) => sum / counts[index]!);
    return { width, height, siemens };
  }
}

function patchOf(region: Region, siemens: Float32Array, window: Region, block: number): Patch {
  const [top, left] = [region.row - window.row, region.column - window.column];
  const firstRow = Math.floor(top / block);
  const firstColumn = Math.floor(left / block);
  const rows = Math.floor((top + region.rows - 1) / block) - firstRow + 1;
  const columns = Math.floor((left + region.columns - 1) / block) - firstColumn + 1;
  const sums = new Float64Array(rows * columns);
  const counts = new Uint32Array(rows * columns);
  for (let row = 0; row < region.rows; row++) {
    const line = (Math.floor((top + row) / block) - firstRow) * columns - firstColumn;
    for (let column = 0; column < region.columns; column++) {
      const index = line + Math.floor((left + column) / block);
      sums[index]! += siemens[row * region.columns + column]!;
      counts[index]! += 1;
    }
  }
  return { firstRow, firstColumn, rows, columns, sums, counts };
}

function addPatch(patch: Patch, width: number, sums: Float64Array, counts: Uint32Array): void {
  for (let row = 0; row < patch.rows; row++)
    for (let column = 0; column < patch.columns; column++) {
      const from = row * patch.columns + column;
      const to = (patch.firstRow + row) * width + patch.firstColumn + column;
      sums[to]! += patch.sums[from]!;
      counts[to]! += patch.counts[from]!;
    }
}

interface Frame {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

function cut(raster: Raster, { top, left, width, height }: Frame): Raster {
  const siemens = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (top + row) * raster.width + left;
    siemens.set(raster.siemens.subarray(from, from + width), row * width);
  }
  return { width, height, siemens };
}
