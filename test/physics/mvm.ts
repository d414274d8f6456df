/**
 * The MVM of an emulated HERMES core against its published error and against what the laws of its devices predict, through the
 * Chip port. Sums are in S: sum over the rows of (input / 127) x net conductance.
 */

import { parametersFor } from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { trueConductance } from "../../firmware-protocol/operation/true-conductance.ts";
import { largestOutputCode, mvmAbility, siemensPerOutputCode, type UnitCells } from "../../src/chip/mvm.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { hermesGMaxSiemens, hermesIterations, hermesMarginSiemens } from "./published.ts";
import {
  conversionVariance,
  hermesMvmError,
  meanSiemens,
  noiseVarianceOf,
  programmedVariance,
} from "./published-mvm.ts";
import { type Comparison, mean, slopeWeights } from "./statistics.ts";

export interface ProgrammedWeights {
  readonly cells: UnitCells;
  /** Target of each of the two devices of one sign (S), row by row; the other two are meant to hold nothing. Negative: minus. */
  readonly targets: Float32Array;
  readonly endSeconds: number;
}

/** Normal weights with a standard deviation of 0.3 of the largest: the shape of a trained layer that was clipped at 3.3 sigma. */
const weightSpread = 0.3;

/**
 * Programs random weights by the loop of FACTS 8.2. Both devices of a pair get the same target, which is what the model of
 * FACTS 7.4 assumes.
 */
export async function programWeights(
  chip: RemoteChip,
  cells: UnitCells,
  seed: number,
): Promise<ProgrammedWeights> {
  const { plusArrays, minusArrays } = mvmAbility(chip.descriptor);
  const random = seededPrng(seed);
  const targets = Float32Array.from({ length: cells.rows * cells.columns }, () => {
    const weight = Math.max(-1, Math.min(1, weightSpread * random.normal()));
    return weight * hermesGMaxSiemens;
  });
  const options = {
    parameters: {
      ...parametersFor(chip.descriptor),
      marginSiemens: hermesMarginSiemens,
      maxIterations: hermesIterations,
    },
    calibration: nominalCalibration(chip.descriptor),
  };
  for (const array of [...plusArrays, ...minusArrays]) {
    const sign = plusArrays.includes(array) ? 1 : -1;
    const oneSign = targets.map((siemens) => Math.max(0, sign * siemens));
    await programRegion(chip, { array, ...cells }, oneSign, options);
  }
  return { cells, targets, endSeconds: await chip.now() };
}

interface Truth {
  /** Net conductance of each unit cell (S), without noise. */
  readonly net: Float32Array;
  /** Sum over the devices of a unit cell of the variances of their 1/f and fast noise (S^2), by the published laws. */
  readonly noiseVariance: Float64Array;
}

/** The answer key at the present chip time. */
async function truthOf(chip: RemoteChip, cells: UnitCells, ageSeconds: number): Promise<Truth> {
  const { plusArrays, minusArrays } = mvmAbility(chip.descriptor);
  const net = new Float32Array(cells.rows * cells.columns);
  const noiseVariance = new Float64Array(net.length);
  for (const array of [...plusArrays, ...minusArrays]) {
    const sign = plusArrays.includes(array) ? 1 : -1;
    const { siemens } = await chip.perform(trueConductance, { region: { array, ...cells } });
    siemens.forEach((value, n) => {
      net[n]! += sign * value;
      noiseVariance[n]! += noiseVarianceOf(value, ageSeconds);
    });
  }
  return { net, noiseVariance };
}

export interface MvmErrors {
  /**
   * Standard deviation of the error of the programmed core relative to the full range of output codes, and the 1.94 % of FACTS 8.1.
   * What exactly was divided by what is not published. A lab has the product that it meant to compute and the codes that it got:
   * true conductances it cannot know, so an error against them (`known`) cannot be what was measured, and a deviation in percent of
   * a converter's output refers to its range. No age is published either; the level is ours.
   */
  readonly ofRange: Comparison;
  /** Standard deviations of the error (S), the level being the age (s): against the true conductances, and as the laws of noise predict it for those. */
  readonly known: Comparison;
  /** Against the targets as they drift on average, and as the laws of programming, drift and noise predict it. */
  readonly programmed: Comparison;
  /** Standard deviation of the error against the targets over that of the intended products. */
  readonly relativeProgrammed: number;
}

/** Random vectors, as many as FACTS 8.2 has. */
const vectors = 2048;

/**
 * Errors of random vectors after an affine calibration of each column, as the LDPU of the core applies it (FACTS 8.1): gain and offset
 * of each column are fitted by least squares between exact products and output codes.
 */
export async function measureMvm(
  chip: RemoteChip,
  programmed: ProgrammedWeights,
  ageSeconds: number,
): Promise<MvmErrors> {
  const { cells, targets, endSeconds } = programmed;
  await chip.waitUntil(endSeconds + ageSeconds);
  const random = seededPrng(1);
  const inputs = Int8Array.from({ length: vectors * cells.rows }, () => random.below(255) - 127);
  const { outputs } = await chip.mvm({ cells, phases: 1, inputs });
  const expected = targets.map(
    (siemens) => 2 * Math.sign(siemens) * meanSiemens(Math.abs(siemens), ageSeconds),
  );
  const truth = await truthOf(chip, cells, ageSeconds);
  const againstTruth = affineErrors(inputs, truth.net, cells, outputs);
  const againstTargets = affineErrors(inputs, expected, cells, outputs);
  const siemensPerCode = siemensPerOutputCode(mvmAbility(chip.descriptor));
  const [known, programming] = [rms(againstTruth.errors), rms(againstTargets.errors)];
  // Variance of a sum over the rows of variances of one row, for inputs between -1 and 1.
  const inSum = cells.rows * mean(Float64Array.from(inputs, (code) => (code / 127) ** 2));
  const noise = inSum * mean(truth.noiseVariance) + conversionVariance * siemensPerCode ** 2;
  const weights = inSum * mean(Float64Array.from(targets, (target) => weightVariance(target, ageSeconds)));
  const range = 2 * largestOutputCode(mvmAbility(chip.descriptor)) * siemensPerCode;
  return {
    ofRange: { level: ageSeconds, measured: programming / range, published: hermesMvmError },
    known: { level: ageSeconds, measured: known, published: Math.sqrt(noise) },
    programmed: { level: ageSeconds, measured: programming, published: Math.sqrt(noise + weights) },
    relativeProgrammed: programming / againstTargets.signal,
  };
}

/** Two devices hold the target, two nothing (S^2). */
const weightVariance = (target: number, ageSeconds: number): number =>
  2 * programmedVariance(Math.abs(target), ageSeconds) + 2 * programmedVariance(0, ageSeconds);

/** Exact products minus calibrated outputs (S), and the standard deviation of the exact products. */
export function affineErrors(
  inputs: Int8Array,
  net: Float32Array,
  { rows, columns }: UnitCells,
  outputs: Int16Array,
): { errors: Float64Array; signal: number } {
  const errors = new Float64Array(outputs.length);
  const signals = new Float64Array(outputs.length);
  const count = outputs.length / columns;
  for (let column = 0; column < columns; column++) {
    const exact = Array.from({ length: count }, (_, v) => {
      let sum = 0;
      for (let row = 0; row < rows; row++)
        sum += (inputs[v * rows + row]! / 127) * net[row * columns + column]!;
      return sum;
    });
    const codes = exact.map((_, v) => outputs[v * columns + column]!);
    const weights = slopeWeights(codes);
    const slope = exact.reduce((sum, value, v) => sum + weights[v]! * value, 0);
    const [exactMean, codeMean] = [mean(exact), mean(codes)];
    exact.forEach((value, v) => {
      signals[v * columns + column] = value;
      errors[v * columns + column] = value - exactMean - slope * (codes[v]! - codeMean);
    });
  }
  return { errors, signal: rms(signals) };
}

const rms = (values: Float64Array): number => Math.sqrt(mean(values.map((value) => value * value)));
