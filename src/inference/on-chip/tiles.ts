/** The tiles of a layer as the rectangles of unit cells that the chip multiplies with. */

import { unitCellsOf } from "../../../calibration/gradient-descent/unit-cells.ts";
import type { Chip } from "../../chip/chip.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { mvmAbility, type UnitCells } from "../../chip/mvm.ts";
import { LabError } from "../../core/errors.ts";
import type { AnalogLayer } from "../../network/layer.ts";
import { weightRowOf } from "../../network/mapping.ts";
import type { Tile } from "../../network/placement.ts";
import { placedBlocks } from "../../network/weight-blocks.ts";

/** As much of a chip as products need. */
export type MultiplyingChip = Pick<Chip, "descriptor" | "mvm">;

export interface ArrayTile {
  readonly cells: UnitCells;
  /** Which row of the layer's weights each word line holds. */
  readonly weightRows: Uint32Array;
  readonly firstColumn: number;
}

/** @throws LabError LIMIT when the chip does no MVM, or when the devices of the layer are not its unit cells. */
export function arrayTiles(
  { name }: Pick<AnalogLayer, "name">,
  tiles: readonly Tile[],
  descriptor: Descriptor,
): ArrayTile[] {
  const ability = mvmAbility(descriptor);
  return placedBlocks(tiles).map(({ block, ...rectangle }) => {
    const devices = ability.plusArrays.length + ability.minusArrays.length;
    if (block.parts.some((part) => part.devices.length !== 1) || block.devicesPerWeight !== devices)
      throw new LabError("LIMIT", `layer "${name}" does not lie in the unit cells of ${descriptor.model}`, {
        next:
          "the chip multiplies with unit cells alone: program the network into a new store with " +
          `--layout unit-cells --devices ${devices}, or use --engine readout for this layer`,
      });
    const { cells } = unitCellsOf(block, descriptor);
    const weightRows = Uint32Array.from({ length: cells.rows }, (_, line) => weightRowOf(rectangle, line));
    return { cells, weightRows, firstColumn: rectangle.firstColumn };
  });
}

/**
 * Net conductances of a tile's unit cells (S), rows x columns, word line by word line, that weights stand for.
 * @param weights of the layer, rows x columns. @param siemensPerWeight of each column of the layer.
 */
export function netSiemens(
  { cells, weightRows, firstColumn }: ArrayTile,
  weights: Float32Array,
  siemensPerWeight: Float64Array,
): Float64Array {
  const columns = siemensPerWeight.length;
  return Float64Array.from({ length: cells.rows * cells.columns }, (_, n) => {
    const column = firstColumn + (n % cells.columns);
    const row = weightRows[Math.floor(n / cells.columns)]!;
    return siemensPerWeight[column]! * weights[row * columns + column]!;
  });
}
