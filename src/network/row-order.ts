/**
 * Which word line holds which weight row, so that stuck devices meet targets that they have anyway: one that conducts nothing harms
 * no weight of the other sign. Inputs are fed, and weights read back, in the same order; docs/decisions/0010.
 */

import { cheapestAssignment } from "./assignment.ts";
import type { AnalogLayer } from "./layer.ts";
import { deviceTargets, type LayerMapping, netTargets } from "./mapping.ts";
import type { Mark, MarkedDevice } from "./marks.ts";
import type { Tile } from "./placement.ts";
import { type PlacedBlock, placedBlocks } from "./weight-blocks.ts";

/** A marked device in a block: its word line, counted from the block's first, and which device of which weight column it is. */
interface Obstacle {
  readonly line: number;
  readonly column: number;
  readonly device: number;
  readonly state: MarkedDevice["state"];
}

/** How marked devices meet their targets. */
export interface Harm {
  /** Marked devices under the tiles. */
  readonly markedDevices: number;
  /** Those among them whose target they miss by more than a hundredth of gmax, the level that counts as RESET. */
  readonly harmfulDevices: number;
  /** Sum of what they miss their targets by, S; those that conduct too much are taken to conduct gmax. */
  readonly missedSiemens: number;
}

/** Word lines exchange rows among so many neighbours, which bounds the work; published chips have 256 and 512 (FACTS 1.1, 8.1). */
const stripeLines = 1024;

/** Among rows that do equal harm a line keeps its own: what was learned of its other devices stays true. */
const reluctanceSiemens = 1e-12;

/** A hundredth of gmax: `zeroSiemens` of the reference algorithm (0.25 of 25 µS). */
const harmlessShare = 0.01;

/**
 * The tiles with the order of their weight rows that misses least at the marked devices. Blocks without harm stay as they are.
 * @param mappings one a layer. @param marks lines among them are the placement's affair.
 */
export function withRowOrders(
  tiles: readonly Tile[],
  layers: readonly AnalogLayer[],
  mappings: readonly LayerMapping[],
  marks: readonly Mark[],
): Tile[] {
  const orders = new Map<Tile, Uint16Array>();
  for (const block of placedBlocks(tiles)) {
    const order = rowOrderOf(block, costsOf(block, layers, mappings, marks));
    if (order !== undefined) for (const tile of block.tiles) orders.set(tile, order);
  }
  return tiles.map((tile) => {
    const rowOrder = orders.get(tile);
    return rowOrder === undefined ? tile : { ...tile, rowOrder };
  });
}

/** How the marked devices under the tiles meet their targets. */
export function harmOf(
  tiles: readonly Tile[],
  layers: readonly AnalogLayer[],
  mappings: readonly LayerMapping[],
  marks: readonly Mark[],
): Harm {
  const missed = placedBlocks(tiles).flatMap((block) => {
    const { obstacles, miss } = costsOf(block, layers, mappings, marks);
    const gmax = mappings[block.layer]?.gmaxSiemens ?? 1;
    return obstacles.map((obstacle) => ({ gmax, siemens: miss(obstacle, obstacle.line) }));
  });
  return {
    markedDevices: missed.length,
    harmfulDevices: missed.filter(({ siemens, gmax }) => siemens > harmlessShare * gmax).length,
    missedSiemens: missed.reduce((sum, { siemens }) => sum + siemens, 0),
  };
}

/** The devices of a block, part after part and row by row, that are marked: 1, the others 0. */
export function knownBadOf({ block }: PlacedBlock, marks: readonly Mark[]): Uint8Array {
  return Uint8Array.from(
    block.parts.flatMap(({ region }) => {
      const cells = new Array<number>(region.rows * region.columns).fill(0);
      for (const mark of marks) {
        if (mark.kind !== "device" || !isInside(mark, region)) continue;
        cells[(mark.row - region.row) * region.columns + mark.column - region.column] = 1;
      }
      return cells;
    }),
  );
}

interface Costs {
  readonly obstacles: readonly Obstacle[];
  /** What an obstacle misses the target by (S) when its word line holds the weights that the tiles have on `line` now. */
  readonly miss: (obstacle: Obstacle, line: number) => number;
}

function costsOf(
  block: PlacedBlock,
  layers: readonly AnalogLayer[],
  mappings: readonly LayerMapping[],
  marks: readonly Mark[],
): Costs {
  const layer = layers[block.layer];
  const mapping = mappings[block.layer];
  if (layer === undefined || mapping === undefined) throw new RangeError(`there is no layer ${block.layer}`);
  const obstacles = obstaclesIn(block, marks);
  if (obstacles.length === 0) return { obstacles, miss: () => 0 };
  const devices = Array.from({ length: mapping.devicesPerWeight }, (_, device) => device);
  const targets = deviceTargets(netTargets(layer, block, mapping), devices, mapping);
  // Rounded as the targets are, so that a device that conducts gmax misses nothing at the largest weight.
  const high = Math.fround(mapping.gmaxSiemens);
  const miss = ({ column, device, state }: Obstacle, line: number): number => {
    const target = targets[(line * block.columns + column) * devices.length + device]!;
    return state === "low" ? target : high - target;
  };
  return { obstacles, miss };
}

function obstaclesIn({ block }: PlacedBlock, marks: readonly Mark[]): Obstacle[] {
  return block.parts.flatMap(({ region, devices }) =>
    marks.flatMap((mark): Obstacle[] => {
      if (mark.kind !== "device" || !isInside(mark, region)) return [];
      const bitLine = mark.column - region.column;
      const device = devices[bitLine % devices.length] ?? 0;
      const column = Math.floor(bitLine / devices.length);
      return [{ line: mark.row - region.row, column, device, state: mark.state }];
    }),
  );
}

const isInside = (mark: MarkedDevice, { array, row, column, rows, columns }: Tile["region"]): boolean =>
  mark.array === array &&
  mark.row >= row &&
  mark.row < row + rows &&
  mark.column >= column &&
  mark.column < column + columns;

/** undefined when the order that the block has does no harm. */
function rowOrderOf(block: PlacedBlock, costs: Costs): Uint16Array | undefined {
  if (costs.obstacles.every((obstacle) => costs.miss(obstacle, obstacle.line) === 0)) return undefined;
  const order = new Uint16Array(block.rows);
  for (let first = 0; first < block.rows; first += stripeLines) {
    const lines = Math.min(stripeLines, block.rows - first);
    order.set(stripeOrder(first, lines, costs), first);
  }
  return composed(block, order);
}

/** The rows of the word lines `first` to `first + count - 1`, which exchange them among themselves. */
function stripeOrder(first: number, count: number, { obstacles, miss }: Costs): Uint16Array {
  const onLine = new Map<number, Obstacle[]>();
  for (const obstacle of obstacles) {
    if (obstacle.line < first || obstacle.line >= first + count) continue;
    onLine.set(obstacle.line, [...(onLine.get(obstacle.line) ?? []), obstacle]);
  }
  const lines = [...onLine.keys()];
  const costs = Float64Array.from({ length: lines.length * count }, (_, index) => {
    const line = lines[Math.floor(index / count)]!;
    const row = first + (index % count);
    const harm = (onLine.get(line) ?? []).reduce((sum, obstacle) => sum + miss(obstacle, row), 0);
    return harm + (row === line ? 0 : reluctanceSiemens);
  });
  const choice = cheapestAssignment(costs, count);
  return orderWith(new Map(lines.map((line, index) => [line, first + choice[index]!])), first, count);
}

/** A permutation with the chosen rows; all other lines keep theirs where they can, and the rest fill the gaps. */
function orderWith(chosen: ReadonlyMap<number, number>, first: number, count: number): Uint16Array {
  const taken = new Set(chosen.values());
  const all = Array.from({ length: count }, (_, index) => first + index);
  const homeless = all.filter((row) => !taken.has(row) && chosen.has(row)).values();
  return Uint16Array.from(all, (line) => {
    const own = chosen.get(line) ?? (taken.has(line) ? homeless.next().value : line);
    if (own === undefined) throw new RangeError("more word lines than rows");
    return own;
  });
}

/** `order` counts the lines as the block has them now. */
const composed = ({ rowOrder }: PlacedBlock, order: Uint16Array): Uint16Array =>
  rowOrder === undefined ? order : order.map((line) => rowOrder[line]!);
