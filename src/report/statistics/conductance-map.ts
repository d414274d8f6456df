/** Conductance where it lies on an array: means over blocks of devices, small enough to print. */

import type { Region } from "../../chip/region.ts";
import type { TileId } from "../../store/identity.ts";
import type { Raster } from "../raster.ts";
import type { DeviceStatistic, TileData } from "./tile-data.ts";

const largestWidth = 1024;
const largestHeight = 512;

export interface TileMeans {
  readonly targetSiemens: number;
  /** At the first complete readout. */
  readonly measuredSiemens: number | undefined;
}

/** One array, cut to the rectangle of word and bit lines that the tiles use. */
export class ConductanceMap implements DeviceStatistic {
  readonly window: Region;
  /** Devices on a side of a block. */
  readonly block: number;
  /** Of the first complete readout, undefined before there is one. */
  firstAgeSeconds: number | undefined;
  readonly #target: BlockSums;
  readonly #measured: BlockSums;
  readonly #held: Uint8Array;
  readonly #means: [TileId, TileMeans][] = [];

  /**
   * @param window encloses the tiles of its array that are added.
   * @param regions of all tiles, programmed or not.
   */
  constructor(window: Region, regions: readonly Region[]) {
    this.window = window;
    this.block = Math.max(1, Math.ceil(Math.max(window.columns / largestWidth, window.rows / largestHeight)));
    this.#target = new BlockSums(window, this.block);
    this.#measured = new BlockSums(window, this.block);
    const places = new BlockSums(window, this.block);
    for (const region of regions)
      if (region.array === window.array) places.add(region, new Float32Array(region.rows * region.columns));
    this.#held = places.held();
  }

  add({ tile, cells, readings }: TileData): void {
    if (tile.region.array !== this.window.array) return;
    this.#target.add(tile.region, cells.targetSiemens);
    const first = readings[0];
    this.#means.push([
      tile.id,
      { targetSiemens: meanOf(cells.targetSiemens), measuredSiemens: first && meanOf(first.siemens) },
    ]);
    if (first === undefined) return;
    this.firstAgeSeconds = first.ageSeconds;
    this.#measured.add(tile.region, first.siemens);
  }

  target(): Raster {
    return { ...this.#target.means(), held: this.#held };
  }

  measured(): Raster {
    return { ...this.#measured.means(), held: this.#held };
  }

  /** Of the tiles that are programmed. */
  tileMeans(): readonly (readonly [TileId, TileMeans])[] {
    return this.#means;
  }
}

const meanOf = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** For each array, in the order of the regions, the smallest rectangle that holds all regions of that array. */
export function windowsOf(regions: readonly Region[]): Region[] {
  const arrays = [...new Set(regions.map(({ array }) => array))];
  return arrays.map((array) => enclosing(regions.filter((region) => region.array === array)));
}

/** @param regions of one array, one at least. */
function enclosing(regions: readonly Region[]): Region {
  const row = Math.min(...regions.map((region) => region.row));
  const column = Math.min(...regions.map((region) => region.column));
  const rows = Math.max(...regions.map((region) => region.row + region.rows)) - row;
  const columns = Math.max(...regions.map((region) => region.column + region.columns)) - column;
  return { array: regions[0]?.array ?? 0, row, column, rows, columns };
}

class BlockSums {
  readonly #window: Region;
  readonly #block: number;
  readonly #width: number;
  readonly #height: number;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;

  constructor(window: Region, block: number) {
    this.#window = window;
    this.#block = block;
    this.#width = Math.ceil(window.columns / block);
    this.#height = Math.ceil(window.rows / block);
    this.#sums = new Float64Array(this.#width * this.#height);
    this.#counts = new Uint32Array(this.#width * this.#height);
  }

  add(region: Region, siemens: Float32Array): void {
    for (let row = 0; row < region.rows; row++) {
      const line = Math.floor((region.row - this.#window.row + row) / this.#block) * this.#width;
      for (let column = 0; column < region.columns; column++) {
        const index = line + Math.floor((region.column - this.#window.column + column) / this.#block);
        this.#sums[index]! += siemens[row * region.columns + column]!;
        this.#counts[index]! += 1;
      }
    }
  }

  means(): Raster {
    const siemens = Float32Array.from(this.#sums, (sum, index) => sum / this.#counts[index]!);
    return { width: this.#width, height: this.#height, siemens };
  }

  /** 1 for each block that something was added to. */
  held(): Uint8Array {
    return Uint8Array.from(this.#counts, (count) => (count > 0 ? 1 : 0));
  }
}
