/**
 * Matrix-vector products in the array: every word line gets a read pulse whose duration is its input, every bit line sums the
 * currents of its unit cells, and a converter makes a signed code of each sum.
 */

import { LabError } from "../core/errors.ts";
import type { Descriptor, MvmAbility } from "./descriptor.ts";

/** A rectangle of unit cells: the same rows and columns of all arrays that `mvm` of the descriptor names. */
export interface UnitCells {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

export interface MvmRequest {
  readonly cells: UnitCells;
  readonly phases: 1 | 4;
  /** Signed input codes, shape vectors x rows, vector by vector. */
  readonly inputs: Int8Array;
}

export interface MvmReadout extends MvmRequest {
  /** Signed codes, shape vectors x columns; with four phases the sum of the four conversions with their signs. */
  readonly outputs: Int16Array;
  /** Chip times of the beginning of the first and of the last vector; they follow each other in equal steps. */
  readonly firstSampleSeconds: number;
  readonly lastSampleSeconds: number;
  readonly temperatureKelvin: number;
  /** Outputs with at least one conversion at the largest code of either sign. */
  readonly saturatedOutputs: number;
}

export const vectorsOf = ({ cells, inputs }: MvmRequest): number => inputs.length / cells.rows;

export const largestInputCode = ({ inputBits }: MvmAbility): number => 2 ** (inputBits - 1) - 1;
export const largestOutputCode = ({ outputBits }: MvmAbility): number => 2 ** (outputBits - 1) - 1;

/** What one output code of an ideal converter means: sum of (input / largest input) x net conductance, S per code. */
export const siemensPerOutputCode = (ability: MvmAbility): number =>
  ability.fullScaleSiemens / largestOutputCode(ability);

export const unitCellsText = ({ row, column, rows, columns }: UnitCells): string =>
  `unit cells, rows ${row}..${row + rows - 1}, columns ${column}..${column + columns - 1}`;

/**
 * The MVM ability of a chip.
 * @throws LabError LIMIT when it has none.
 */
export function mvmAbility(descriptor: Descriptor): MvmAbility {
  if (descriptor.mvm !== undefined) return descriptor.mvm;
  throw new LabError("LIMIT", `${descriptor.model} ${descriptor.serialNumber} does no MVM in its array`, {
    next: "read the conductances and multiply on the host, or use a chip whose descriptor has mvm",
  });
}
