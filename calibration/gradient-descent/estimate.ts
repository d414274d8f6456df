/** Random products of the chip beside what they should be: the errors of its weights. */

import type { Chip } from "../../src/chip/chip.ts";
import { maxVectorsFor } from "../../src/chip/limits.ts";
import { largestInputCode, mvmAbility, siemensPerOutputCode, type UnitCells } from "../../src/chip/mvm.ts";
import type { Prng } from "../../src/core/prng.ts";
import { adaptCorrection, type ColumnCorrection, correctedErrors } from "./correction.ts";
import { type WeightErrors, weightErrors } from "./gradient.ts";
import type { DescentParameters } from "./parameters.ts";
import { product } from "./products.ts";
import { randomInputs } from "./random-inputs.ts";

export interface Estimate {
  /** In S. */
  readonly errors: WeightErrors;
  readonly correction: ColumnCorrection;
  /** Columns that the bounds of the correction hold back. */
  readonly boundedColumns: number;
  /** Root mean squares over the products, in output codes: of their errors after the correction, and of what they should be. */
  readonly errorCodes: number;
  readonly idealCodes: number;
}

/**
 * @param targets net conductances of the unit cells in S, row by row.
 * @param before the correction that is adapted; without it the first one is fitted.
 * @throws LabError LIMIT for products that the chip cannot do; the errors of the chip.
 */
export async function estimate(
  chip: Chip,
  cells: UnitCells,
  targets: Float32Array,
  before: ColumnCorrection | undefined,
  { parameters, random }: { readonly parameters: DescentParameters; readonly random: Prng },
): Promise<Estimate> {
  const ability = mvmAbility(chip.descriptor);
  const largest = largestInputCode(ability);
  const siemensPerProduct = siemensPerOutputCode(ability) * largest;
  const inputs = randomInputs(parameters.inputs, parameters.vectors * cells.rows, largest, random);
  const outputs = await multiplyAll(chip, cells, parameters.phases, inputs);
  const ideal = product(inputs, targets, cells.rows).map((sum) => sum / siemensPerProduct);
  const { boundedColumns, ...correction } = adaptCorrection(
    before,
    outputs,
    ideal,
    cells.columns,
    parameters,
  );
  const inCodes = correctedErrors(outputs, ideal, correction);
  const { values, deviations } = weightErrors(inputs, inCodes, cells.rows, parameters.refinements);
  const siemens = (code: number): number => code * siemensPerProduct;
  return {
    errors: { values: values.map(siemens), deviations: deviations.map(siemens) },
    correction,
    boundedColumns,
    errorCodes: rootMeanSquare(inCodes),
    idealCodes: rootMeanSquare(ideal),
  };
}

/** Products of `inputs`, vectors x rows, in as many requests as the chip needs, one after the other. @returns codes, vectors x columns. */
export async function multiplyAll(
  chip: Chip,
  cells: UnitCells,
  phases: 1 | 4,
  inputs: Int8Array,
): Promise<Int16Array> {
  const vectors = inputs.length / cells.rows;
  const outputs = new Int16Array(vectors * cells.columns);
  const most = maxVectorsFor(chip.descriptor, cells);
  for (let first = 0; first < vectors; first += most) {
    const some = inputs.subarray(first * cells.rows, (first + most) * cells.rows);
    const readout = await chip.mvm({ cells, phases, inputs: some });
    outputs.set(readout.outputs, first * cells.columns);
  }
  return outputs;
}

function rootMeanSquare(values: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n]! ** 2;
  return Math.sqrt(sum / values.length);
}
