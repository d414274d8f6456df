/** Where the weight matrices of a network go on a chip. */

import type { Descriptor } from "../chip/descriptor.ts";
import { type Region, rowBands } from "../chip/region.ts";
import { type AnalogLayer, weightCount } from "./layer.ts";
import { doesNotFit } from "./placement-refusal.ts";
import { type Site, type SiteOptions, sitesOf } from "./sites.ts";
import { type Bin, packRectangles, type Spot } from "./skyline.ts";

/** A rectangle of one layer's weight matrix and the cells that hold some or all devices of its weights. */
export interface Tile {
  /** Index into the layers. */
  readonly layer: number;
  readonly firstRow: number;
  readonly firstColumn: number;
  /** Of the weight matrix; the region has as many rows and `devices.length` times as many columns (bit lines). */
  readonly rows: number;
  readonly columns: number;
  readonly region: Region;
  /** Numbers of the devices of each weight that are here, on adjacent bit lines, as in WeightPart. */
  readonly devices: readonly number[];
  /** The weight row, counted from `firstRow`, that each word line of the region holds; their own order when not given. */
  readonly rowOrder?: Uint16Array;
}

export interface Placement {
  /** In the order of the layers, each layer's row by row; none larger than the descriptor's maxCellsPerRequest. */
  readonly tiles: readonly Tile[];
  readonly usedDevices: number;
  /** Without those on avoided lines. */
  readonly availableDevices: number;
}

/** Two devices a weight on adjacent bit lines when not given otherwise. */
export type PlacementOptions = Partial<SiteOptions>;

/** Weight blocks are cut this much finer, one after the other, until everything fits. */
const cuts: readonly number[] = [1, 2, 4, 8, 16];

/**
 * Places every layer. Matrices larger than an array are cut into blocks whose partial sums are added digitally; blocks are cut finer
 * only when the chip is too full for whole ones. Tiles of unit cells come in groups, one tile an array, at one place.
 * @throws LabError DOES_NOT_FIT with the devices needed and available and the largest matrix; USAGE for a layout that the chip has not.
 */
export function placeNetwork(
  layers: readonly AnalogLayer[],
  descriptor: Descriptor,
  options: PlacementOptions = {},
): Placement {
  const chosen: SiteOptions = { devicesPerWeight: 2, layout: "bit-lines", ...options };
  const sites = sitesOf(descriptor, chosen);
  const usedDevices = chosen.devicesPerWeight * weightCount(layers);
  const availableDevices = sites.reduce((sum, site) => sum + site.rows * site.columns * site.parts.length, 0);
  for (const cut of usedDevices > availableDevices ? [] : cuts) {
    const tiles = placedWith(layers, sites, descriptor, cut);
    if (tiles !== undefined) return { tiles, usedDevices, availableDevices };
  }
  throw doesNotFit(layers, descriptor, chosen, { usedDevices, availableDevices });
}

/** The tiles of one layer, in the order in which `weightsFromTiles` takes their conductances. */
export const tilesOfLayer = (placement: Placement, layer: number): Tile[] =>
  placement.tiles.filter((tile) => tile.layer === layer);

function placedWith(
  layers: readonly AnalogLayer[],
  sites: readonly Site[],
  descriptor: Descriptor,
  cut: number,
): Tile[] | undefined {
  const width = bitLinesPerWeight(sites);
  const largest = blockSize(sites, width, descriptor, cut);
  const blocks = layers.flatMap((layer, index) => blocksOf(layer, index, largest));
  const sizes = blocks.map(({ rows, columns }) => ({ rows, columns: width * columns }));
  const spots = packRectangles(sizes, sites);
  return spots && blocks.flatMap((block, index) => tilesOf(block, spots[index]!, sites, descriptor));
}

const bitLinesPerWeight = (sites: readonly Site[]): number => sites[0]?.parts[0]?.devices.length ?? 1;

/** A block of a weight matrix, before it has a place. */
type Block = Pick<Tile, "layer" | "firstRow" | "firstColumn" | "rows" | "columns">;

/** The largest block, in weights: what the largest site holds, a request can carry in one row, and the cut asks for. */
function blockSize(sites: readonly Site[], width: number, descriptor: Descriptor, cut: number): Bin {
  const rows = Math.max(...sites.map((site) => site.rows));
  const bitLines = Math.min(Math.max(...sites.map((site) => site.columns)), descriptor.maxCellsPerRequest);
  return { rows: Math.ceil(rows / cut), columns: Math.max(1, Math.floor(bitLines / width / cut)) };
}

function blocksOf(layer: AnalogLayer, index: number, largest: Bin): Block[] {
  const columnParts = evenParts(layer.columns, largest.columns);
  return evenParts(layer.rows, largest.rows).flatMap(([firstRow, rows]) =>
    columnParts.map(([firstColumn, columns]) => ({ layer: index, firstRow, firstColumn, rows, columns })),
  );
}

/** Starts and lengths of the fewest parts of at most `largest`, as equal as they can be. */
function evenParts(total: number, largest: number): (readonly [number, number])[] {
  const parts = Math.ceil(total / largest);
  const start = (part: number): number => Math.floor((part * total) / parts);
  return Array.from({ length: parts }, (_, part) => [start(part), start(part + 1) - start(part)] as const);
}

/** The block at its place, in bands of whole rows that one request can carry, each on all arrays of the site. */
function tilesOf(block: Block, spot: Spot, sites: readonly Site[], descriptor: Descriptor): Tile[] {
  const site = sites[spot.bin];
  if (site === undefined) throw new RangeError(`there is no site ${spot.bin}`);
  const columns = block.columns * bitLinesPerWeight([site]);
  const row = site.row + spot.row;
  const whole = { array: 0, row, column: site.column + spot.column, rows: block.rows, columns };
  return rowBands(whole, descriptor.maxCellsPerRequest).flatMap((band) =>
    site.parts.map(({ array, devices }) => ({
      ...block,
      firstRow: block.firstRow + band.row - row,
      rows: band.rows,
      region: { ...band, array },
      devices,
    })),
  );
}
