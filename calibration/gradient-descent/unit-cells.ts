/** A block of weights as the unit cells that a chip multiplies with. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import { mvmAbility, type UnitCells } from "../../src/chip/mvm.ts";
import type { Region } from "../../src/chip/region.ts";
import { deviceSign, type WeightBlock } from "../../src/chip/weight-block.ts";
import { LabError } from "../../src/core/errors.ts";

/** The regions of the devices, in the order of their numbers in a weight. */
export interface BlockCells {
  readonly cells: UnitCells;
  readonly regions: readonly Region[];
  readonly signs: readonly (1 | -1)[];
}

/** @throws LabError LIMIT when the chip does no MVM, or not with these devices as its unit cells. */
export function unitCellsOf(block: WeightBlock, descriptor: Descriptor): BlockCells {
  const { plusArrays, minusArrays } = mvmAbility(descriptor);
  const regions = Array.from({ length: block.devicesPerWeight }, (_, device) => regionOf(block, device));
  const signs = regions.map((_, device) => deviceSign(block, device));
  const [first] = regions;
  const fits =
    first !== undefined &&
    regions.length === plusArrays.length + minusArrays.length &&
    new Set(regions.map((region) => region?.array)).size === regions.length &&
    regions.every(
      (region, device) =>
        region !== undefined &&
        (signs[device] === 1 ? plusArrays : minusArrays).includes(region.array) &&
        region.row === first.row &&
        region.column === first.column &&
        region.rows === block.rows &&
        region.columns === block.columns,
    );
  if (!fits)
    throw new LabError("LIMIT", "the devices of the block are not the unit cells of the chip's products", {
      next: "place the weights with one device in each of the arrays that mvm of the descriptor names",
    });
  const { row, column, rows, columns } = first;
  return { cells: { row, column, rows, columns }, regions: regions.filter((r) => r !== undefined), signs };
}

const regionOf = ({ parts }: WeightBlock, device: number): Region | undefined =>
  parts.find(({ devices }) => devices.length === 1 && devices[0] === device)?.region;
