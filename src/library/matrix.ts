/** One matrix in the devices of a chip: programmed, and read back as weights at any age. */

import { methodFor } from "../../calibration/methods/methods.ts";
import { countOutcomes } from "../../calibration/program-verify/band-ledger.ts";
import {
  type BlockProgramming,
  BlockUnfinished,
} from "../../calibration/program-verify/block-programming.ts";
import type { CellOutcome } from "../chip/outcome.ts";
import { choicesOf } from "../cli/actions/chosen-algorithm.ts";
import { LabError } from "../core/errors.ts";
import { weightsFromTiles } from "../network/effective-weights.ts";
import type { AnalogLayer } from "../network/layer.ts";
import { mapLayer, netTargets } from "../network/mapping.ts";
import { failedBitLines } from "../network/marks.ts";
import { placeNetwork, type Tile } from "../network/placement.ts";
import { usualLayout } from "../network/sites.ts";
import { placedBlocks } from "../network/weight-blocks.ts";
import type { CallOptions } from "./call.ts";
import type { ConnectedChip } from "./connect.ts";
import { type ReadingOptions, type RegionReading, readConductances } from "./region.ts";

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** rows x columns, row by row, in any unit: the largest magnitude becomes the largest net conductance. */
  readonly weights: Float32Array;
}

export interface ProgramMatrixOptions extends Pick<CallOptions, "signal"> {
  /** Conductance of the largest weight (S); half of what the converters can read when missing. */
  readonly gmaxSiemens?: number;
  /** Half of them count for a weight, half against it; 2 when missing. */
  readonly devicesPerWeight?: 2 | 4;
  /** Whose largest weight gets gmax: that of the matrix (when missing), or that of each column. */
  readonly scale?: "layer" | "column";
  /** How devices get to their targets; melt-quench when missing. */
  readonly algorithm?: ProgrammingAlgorithm;
}

/** docs/reference/programming.md says what they do; `pcmlab compare-programming` compares them. */
export type ProgrammingAlgorithm =
  | "melt-quench"
  | "partial-set"
  | "max-set-fill"
  | "residual"
  | "on-board"
  | "gradient-descent";

/** A matrix that was programmed, for `readMatrix` on the same connection or a later one to the same power-up. */
export interface ProgrammedMatrix {
  readonly matrix: Matrix;
  /** Where its devices are. */
  readonly tiles: readonly Tile[];
  /** Net conductance of one unit of weight, one for each column (S). */
  readonly siemensPerWeight: Float64Array;
  /** Devices by what became of them. */
  readonly outcomes: Readonly<Record<CellOutcome, number>>;
  readonly pulses: number;
  /** Chip time of the last pulse (s): ages count from here. */
  readonly endSeconds: number;
}

/**
 * Places the matrix on the chip, cut into tiles where it is larger than an array, and programs its devices by program-and-verify. What
 * the devices held before is lost.
 * @throws LabError DOES_NOT_FIT, LIMIT for weights or a gmax that the devices cannot hold, USAGE for a matrix that is not rows x columns;
 * INTERRUPTED, and the errors of the chip, after which the devices are in no known state.
 */
export async function programMatrix(
  chip: ConnectedChip,
  matrix: Matrix,
  options: ProgramMatrixOptions = {},
): Promise<ProgrammedMatrix> {
  const { descriptor, calibration } = chip;
  const { devicesPerWeight = 2, algorithm = "melt-quench", scale: kind = "layer", signal } = options;
  const limits = { gmaxSiemens: gmaxOf(chip, options), devicesPerWeight };
  const layer = layerOf(matrix);
  const mapping = mapLayer(layer, { ...limits, scale: { kind } });
  const layout = usualLayout(descriptor, devicesPerWeight);
  const avoid = failedBitLines(calibration, descriptor);
  const { tiles } = placeNetwork([layer], descriptor, { devicesPerWeight, layout, avoid });
  const method = methodFor(algorithm, descriptor, choicesOf(limits), limits.gmaxSiemens);
  const placed = placedBlocks(tiles);
  method.assertPossible(
    chip,
    placed.map(({ block }) => block),
  );
  const done: BlockProgramming[] = [];
  for (const rectangle of placed) {
    const net = netTargets(layer, rectangle, mapping);
    const work = method.program(chip, rectangle.block, net, { calibration, ...(signal && { signal }) });
    done.push(await work.catch(throwCause));
  }
  return { matrix, tiles, siemensPerWeight: mapping.siemensPerWeight, ...summed(done) };
}

export interface ReadMatrixOptions extends ReadingOptions, Pick<CallOptions, "signal"> {
  /** Waits by the chip's clock until the matrix is so old (s); reads it at once when missing. */
  readonly ageSeconds?: number;
}

export interface MatrixReading {
  /** From the last pulse to the middle of the reading (s). */
  readonly ageSeconds: number;
  /** rows x columns, row by row, in the unit of the matrix: (sum of G+ less sum of G-) over the siemens of one unit. */
  readonly weights: Float32Array;
  /** One array for each tile: conductance of every device of its region, row by row (S). */
  readonly siemens: readonly Float32Array[];
}

/**
 * Reads a programmed matrix back, as it is at an age.
 * @throws LabError BOARD_RESTARTED, INTERRUPTED, BAD_REPLY when the chip clock stands still, and the errors of the chip; LIMIT for
 * averages or volts outside its limits.
 */
export async function readMatrix(
  chip: ConnectedChip,
  programmed: ProgrammedMatrix,
  { ageSeconds, signal, ...options }: ReadMatrixOptions = {},
): Promise<MatrixReading> {
  const { matrix, tiles, siemensPerWeight, endSeconds } = programmed;
  if (ageSeconds !== undefined) await chip.waitUntil(endSeconds + ageSeconds, signal);
  const readings: RegionReading[] = [];
  for (const { region } of tiles) readings.push(await readConductances(chip, region, options));
  const siemens = readings.map((reading) => reading.siemens);
  const middle = readings.reduce((sum, { chipSeconds }) => sum + chipSeconds, 0) / readings.length;
  const weights = weightsFromTiles(layerOf(matrix), tiles, siemens, siemensPerWeight);
  return { ageSeconds: middle - endSeconds, weights, siemens };
}

/** As the rest of the program knows matrices. @throws LabError USAGE. */
function layerOf({ rows, columns, weights }: Matrix): AnalogLayer {
  const isMatrix = [rows, columns].every((size) => Number.isInteger(size) && size > 0);
  if (!isMatrix || weights.length !== rows * columns)
    throw new LabError("USAGE", `${weights.length} weights are no matrix of ${rows} x ${columns}`, {
      next: "give rows x columns weights, row by row",
    });
  return {
    ...{ name: "matrix", kind: "matmul", rows, columns, weights, weightDims: [rows, columns] },
    ...{ biasInArray: false, digitalBias: undefined, node: 0, layout: "rows-first" },
  };
}

/** @throws LabError LIMIT. */
function gmaxOf({ descriptor }: ConnectedChip, { gmaxSiemens }: ProgramMatrixOptions): number {
  const { fullScaleSiemens } = descriptor.read;
  const gmax = gmaxSiemens ?? fullScaleSiemens / 2;
  if (gmax > 0 && gmax <= fullScaleSiemens) return gmax;
  throw new LabError("LIMIT", `gmaxSiemens is ${gmax}, the chip reads 0 to ${fullScaleSiemens} S`, {
    next: `choose one up to ${fullScaleSiemens}`,
  });
}

/** The wear ledger knows what was done until then; the caller needs the reason. */
function throwCause(failure: unknown): never {
  throw failure instanceof BlockUnfinished ? failure.cause : failure;
}

function summed(
  done: readonly BlockProgramming[],
): Pick<ProgrammedMatrix, "outcomes" | "pulses" | "endSeconds"> {
  const codes = done.flatMap(({ outcomes }) => [...outcomes]);
  return {
    outcomes: countOutcomes(Uint8Array.from(codes)),
    pulses: done.reduce((sum, { pulses }) => pulses.reduce((all, one) => all + one, sum), 0),
    endSeconds: Math.max(...done.map(({ endSeconds }) => endSeconds)),
  };
}
