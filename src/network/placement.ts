/** Where the weight matrices of a network go on a chip. */

import { type Descriptor, deviceArrays } from "../chip/descriptor.ts";
import { type Region, rowBands } from "../chip/region.ts";
import { LabError } from "../core/errors.ts";
import { type AnalogLayer, weightCount } from "./layer.ts";
import { type Bin, packRectangles, type Spot } from "./skyline.ts";

/** A rectangle of one layer's weight matrix and the cells that hold it. */
export interface Tile {
  /** Index into the layers. */
  readonly layer: number;
  readonly firstRow: number;
  readonly firstColumn: number;
  /** Of the weight matrix; the region has as many rows and twice as many columns (bit lines). */
  readonly rows: number;
  readonly columns: number;
  readonly region: Region;
}

export interface Placement {
  /** In the order of the layers, each layer's row by row; none larger than the descriptor's maxCellsPerRequest. */
  readonly tiles: readonly Tile[];
  readonly usedDevices: number;
  readonly availableDevices: number;
}

export interface PlacementOptions {
  /** Indices of the arrays that may be used, in this order; all that hold devices when not given. */
  readonly arrays?: readonly number[];
}

/** Weight blocks are cut this much finer, one after the other, until everything fits. */
const cuts: readonly number[] = [1, 2, 4, 8, 16];

/**
 * Places every layer, two adjacent bit lines for each weight column. Matrices larger than an array are cut into blocks whose
 * partial sums are added digitally; blocks are cut finer only when the chip is too full for whole ones.
 * @throws LabError DOES_NOT_FIT with the devices needed and available and the largest matrix.
 */
export function placeNetwork(
  layers: readonly AnalogLayer[],
  descriptor: Descriptor,
  options: PlacementOptions = {},
): Placement {
  const arrays = options.arrays ?? deviceArrays(descriptor);
  const bins = arrays.map((index) => binOf(descriptor, index));
  const usedDevices = 2 * weightCount(layers);
  const availableDevices = bins.reduce((sum, bin) => sum + bin.rows * bin.columns, 0);
  for (const cut of usedDevices > availableDevices ? [] : cuts) {
    const blocks = layers.flatMap((layer, index) => blocksOf(layer, index, blockSize(bins, descriptor, cut)));
    const spots = packRectangles(blocks.map(cellsOf), bins);
    if (spots === undefined) continue;
    const tiles = blocks.flatMap((block, index) => tilesOf(block, spots[index]!, arrays, descriptor));
    return { tiles, usedDevices, availableDevices };
  }
  throw doesNotFit(layers, bins, usedDevices, availableDevices);
}

/** The tiles of one layer, in the order in which `weightsFromTiles` takes their conductances. */
export const tilesOfLayer = (placement: Placement, layer: number): Tile[] =>
  placement.tiles.filter((tile) => tile.layer === layer);

function binOf(descriptor: Descriptor, index: number): Bin {
  const array = descriptor.arrays[index];
  if (array !== undefined) return array;
  throw new LabError("USAGE", `array ${index} is not on the chip: it has ${descriptor.arrays.length} arrays`);
}

/** A block of a weight matrix, before it has a place. */
type Block = Omit<Tile, "region">;

const cellsOf = (block: Block): Bin => ({ rows: block.rows, columns: 2 * block.columns });

/** The largest block, in weights: what the largest array holds, a request can carry in one row, and the cut asks for. */
function blockSize(bins: readonly Bin[], descriptor: Descriptor, cut: number): Bin {
  const rows = Math.max(...bins.map((bin) => bin.rows));
  const bitLines = Math.min(Math.max(...bins.map((bin) => bin.columns)), descriptor.maxCellsPerRequest);
  return { rows: Math.ceil(rows / cut), columns: Math.max(1, Math.floor(bitLines / 2 / cut)) };
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

/** The block at its place, in bands of whole rows that one request can carry. */
function tilesOf(block: Block, spot: Spot, arrays: readonly number[], descriptor: Descriptor): Tile[] {
  const whole = { array: arrays[spot.bin] ?? 0, row: spot.row, column: spot.column, ...cellsOf(block) };
  return rowBands(whole, descriptor.maxCellsPerRequest).map((region) => ({
    ...block,
    firstRow: block.firstRow + region.row - whole.row,
    rows: region.rows,
    region,
  }));
}

function doesNotFit(
  layers: readonly AnalogLayer[],
  bins: readonly Bin[],
  used: number,
  available: number,
): LabError {
  const largest = layers.reduce((a, b) => (b.rows * b.columns > a.rows * a.columns ? b : a));
  const matrix = `"${largest.name}", ${largest.rows} x ${largest.columns} weights`;
  const shapes = [...new Set(bins.map((bin) => `${bin.rows} x ${bin.columns}`))].join(", ");
  const packing = used <= available ? "; there are enough, but the matrices do not pack into the arrays" : "";
  const need = `the network needs ${used} devices (two for each of ${used / 2} weights)`;
  return new LabError(
    "DOES_NOT_FIT",
    `${need}, the chip has ${available} (arrays of ${shapes})${packing}; the largest matrix is ${matrix}`,
    { next: "use a smaller network or a chip with more or larger arrays" },
  );
}
