/** Reads the chosen cells of a region, devices or reference resistors, with the converters of their bit lines. */

import { type Descriptor, largestAdcCode } from "../../src/chip/descriptor.ts";
import type { ReadOptions } from "../../src/chip/readout.ts";
import type { Region } from "../../src/chip/region.ts";
import { countNonZero } from "../../src/core/bytes.ts";
import type { Devices } from "../device/devices.ts";
import type { ColumnErrors } from "./column-errors.ts";
import { type ArrayLayout, numbersOf } from "./layout.ts";
import type { ChipProfile } from "./profile.ts";
import { firstHeldComponent, type ReadPlan, readCells, readResistors } from "./read-cells.ts";
import { resistorSiemens } from "./resistors.ts";

export interface RawReading {
  /** Sum of the codes of all averages, one for each cell that was read, row by row. */
  readonly codeSums: Uint16Array;
  /** Cells with at least one conversion at the largest code. */
  readonly saturatedCells: number;
  readonly endSeconds: number;
}

/** One chip as far as reading it goes. */
export interface Readable {
  readonly profile: ChipProfile;
  readonly descriptor: Descriptor;
  readonly devices: Devices;
  readonly errors: ColumnErrors;
}

/** Conversion n starts at startSeconds + n * sampleSeconds, cell after cell. @throws RangeError for a mask of another length. */
export function readRegion(
  chip: Readable,
  array: ArrayLayout,
  region: Region,
  options: ReadOptions,
  startSeconds: number,
): RawReading {
  const plan = planOf(chip, array, options);
  const cells = chosenCells(numbersOf(array, region), options.mask);
  const endSeconds = startSeconds + cells.length * options.averages * plan.sampleSeconds;
  const codeSums = new Uint16Array(cells.length);
  const saturatedCells =
    array.referenceSiemens === undefined
      ? readCells(chip.devices, plan, cells, startSeconds, codeSums)
      : readResistors(
          plan,
          chip.devices.mixedSeed,
          cells,
          resistorSiemens(chip, array, cells),
          startSeconds,
          codeSums,
        );
  return { codeSums, saturatedCells, endSeconds };
}

/** The converter's gain follows the read voltage, and amplifies the front end's own noise when the voltage is small. */
function planOf(
  { profile, descriptor, errors }: Readable,
  array: ArrayLayout,
  options: ReadOptions,
): ReadPlan {
  const { averages, readVolts } = options;
  const { sampleSeconds, fullScaleSiemens, maxVolts } = profile.read;
  const { readNoise, readDisturb } = profile.device;
  const largestCode = largestAdcCode(descriptor);
  return {
    averages,
    sampleSeconds,
    codesPerSiemens: largestCode / fullScaleSiemens,
    largestCode,
    whiteNoiseCodes: (profile.converter.whiteNoiseCodes * maxVolts) / readVolts,
    errors,
    columns: array.columns,
    firstCell: array.first,
    disturbance: Math.exp((readVolts - maxVolts) / readDisturb.voltsPerE),
    heldFrom: firstHeldComponent((averages - 1) * sampleSeconds, readNoise.readSeconds),
  };
}

function chosenCells(cells: Uint32Array, mask: Uint8Array | undefined): Uint32Array {
  if (mask === undefined) return cells;
  if (mask.length !== cells.length)
    throw new RangeError(`a mask of ${mask.length} entries for ${cells.length} cells`);
  const chosen = new Uint32Array(countNonZero(mask));
  let next = 0;
  for (let n = 0; n < mask.length; n++) if (mask[n] !== 0) chosen[next++] = cells[n]!;
  return chosen;
}
