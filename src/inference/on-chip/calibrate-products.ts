/**
 * Gain and offset of each column of a tile: random products of the chip beside those computed from its conductances, by least squares.
 * What all weights of a column have in common is in the gain, for example what the readout's converters have misjudged.
 */

import {
  adaptCorrection,
  type ColumnCorrection,
  correctedErrors,
} from "../../../calibration/gradient-descent/correction.ts";
import { product } from "../../../calibration/gradient-descent/products.ts";
import { randomInputs } from "../../../calibration/gradient-descent/random-inputs.ts";
import { maxVectorsFor } from "../../chip/limits.ts";
import {
  largestInputCode,
  largestOutputCode,
  mvmAbility,
  siemensPerOutputCode,
  type UnitCells,
} from "../../chip/mvm.ts";
import type { Prng } from "../../core/prng.ts";
import type { MultiplyingChip } from "./tiles.ts";

export interface ProductCalibration extends ColumnCorrection {
  readonly vectors: number;
  /** Root mean squares over all products, in output codes: of what remains after the fit, and of the expected ones. */
  readonly errorCodes: number;
  readonly expectedCodes: number;
  /** Columns whose gain or offset is beyond what a converter can have. */
  readonly boundedColumns: number;
}

/** Converters beyond these are not corrected away but reported: half or twice the gain, a sixth of the range of 8 bits. */
const bounds = { adaptation: 1, maxScaleChange: 0.5, maxOffsetCodes: 20 } as const;

/** Random sums of all columns should stay this many standard deviations below the largest code. */
const headroom = 4;
/** A larger part of saturated outputs would flatten the fitted lines. */
const mostSaturated = 1e-3;

/**
 * @param net conductances of the unit cells in S, rows x columns. @param vectors random inputs, in one request at most.
 * @throws LabError of the chip.
 */
export async function calibrateProducts(
  chip: MultiplyingChip,
  cells: UnitCells,
  net: Float64Array,
  { phases, vectors, random }: { readonly phases: 1 | 4; readonly vectors: number; readonly random: Prng },
): Promise<ProductCalibration> {
  const ability = mvmAbility(chip.descriptor);
  const perProduct = siemensPerOutputCode(ability) * largestInputCode(ability);
  const count = Math.min(vectors, maxVectorsFor(chip.descriptor, cells));
  let largest = firstAmplitude(chip, cells, net);
  for (;;) {
    const inputs = randomInputs({ kind: "uniform" }, count * cells.rows, largest, random);
    const { outputs, saturatedOutputs } = await chip.mvm({ cells, phases, inputs });
    if (saturatedOutputs > mostSaturated * outputs.length && largest > 1) {
      largest = Math.ceil(largest / 2);
      continue;
    }
    const expected = product(inputs, net, cells.rows).map((sum) => sum / perProduct);
    const correction = adaptCorrection(undefined, outputs, expected, cells.columns, bounds);
    const errorCodes = rootMeanSquare(correctedErrors(outputs, expected, correction));
    return { ...correction, vectors: count, errorCodes, expectedCodes: rootMeanSquare(expected) };
  }
}

/** The largest input code with which the sums of all columns fit the converter; uniform inputs have a third of its square on average. */
function firstAmplitude({ descriptor }: MultiplyingChip, cells: UnitCells, net: Float64Array): number {
  const ability = mvmAbility(descriptor);
  const largest = largestInputCode(ability);
  const squares = new Float64Array(cells.columns);
  net.forEach((siemens, n) => {
    squares[n % cells.columns]! += siemens ** 2;
  });
  const spreadCodes = Math.sqrt(Math.max(...squares) / 3) / siemensPerOutputCode(ability);
  const fitting = Math.floor((largest * largestOutputCode(ability)) / (headroom * spreadCodes));
  return Math.max(1, Math.min(largest, fitting));
}

const rootMeanSquare = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
