/**
 * Weights and the devices that hold them. A weight w is the sum of its devices' conductances, the first half of them counted for
 * it and the second half against it: w ~ (G_0 + ... ) - (G_{D/2} + ...).
 */

import { cellCount, type Region } from "./region.ts";

/** A region whose bit lines hold some devices of each weight: device `devices[d]` of weight column j is its column `j * devices.length + d`. */
export interface WeightPart {
  readonly region: Region;
  readonly devices: readonly number[];
}

/**
 * A rectangle of weights on one or several regions. Two or four devices on adjacent bit lines are one part; unit cells, whose devices
 * are in arrays of their own, are one part an array.
 */
export interface WeightBlock {
  /** Of weights. */
  readonly rows: number;
  readonly columns: number;
  readonly devicesPerWeight: 2 | 4;
  /** Each device of a weight in exactly one of them; all with `rows` word lines. */
  readonly parts: readonly WeightPart[];
}

/** +1 for a device that counts for the weight, -1 against it. */
export const deviceSign = (block: Pick<WeightBlock, "devicesPerWeight">, device: number): 1 | -1 =>
  2 * device < block.devicesPerWeight ? 1 : -1;

export const weightCountOf = ({ rows, columns }: WeightBlock): number => rows * columns;
export const deviceCountOf = ({ parts }: Pick<WeightBlock, "parts">): number =>
  parts.reduce((sum, { region }) => sum + cellCount(region), 0);

/** Where in a part's region, row by row, the device number `slot` of its `devices` of a weight is; weights are counted row by row. */
export const cellOfWeight = ({ devices }: WeightPart, weight: number, slot: number): number =>
  weight * devices.length + slot;

/**
 * The block in bands of whole rows with at most `maxCells` devices, one row at least.
 * @throws RangeError when the parts do not have the block's rows.
 */
export function blockBands(block: WeightBlock, maxCells: number): WeightBlock[] {
  const odd = block.parts.find(({ region }) => region.rows !== block.rows);
  if (odd !== undefined)
    throw new RangeError(`a part of ${odd.region.rows} rows in a block of ${block.rows}`);
  const rowCells = deviceCountOf(block) / block.rows;
  const rows = Math.max(1, Math.floor(maxCells / rowCells));
  return Array.from({ length: Math.ceil(block.rows / rows) }, (_, band) => {
    const first = band * rows;
    const count = Math.min(rows, block.rows - first);
    const parts = block.parts.map(({ region, devices }) => ({
      devices,
      region: { ...region, row: region.row + first, rows: count },
    }));
    return { ...block, rows: count, parts };
  });
}
