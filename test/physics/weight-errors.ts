/** Errors of programmed weights on an emulated chip, by any algorithm, through the Chip port. */

import type { ProgrammingAlgorithm } from "../../calibration/program-verify/algorithm.ts";
import { afterLate, type BlockProgramming } from "../../calibration/program-verify/block-programming.ts";
import { netSiemens } from "../../calibration/program-verify/device-order.ts";
import { programBlock, verifyLate } from "../../calibration/program-verify/program-block.ts";
import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { conductances, nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount } from "../../src/chip/region.ts";
import { deviceCountOf, type WeightBlock } from "../../src/chip/weight-block.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { stripOf } from "./lab.ts";
import { driftMean, driftReferenceSeconds, gMaxSiemens } from "./published.ts";
import { dot, mean, spread, variance } from "./statistics.ts";

export interface ProgrammedBlock {
  readonly block: WeightBlock;
  /** S, signed, one a weight. */
  readonly targets: Float32Array;
  /** Chip time of the last pulse before any late verification. */
  readonly endSeconds: number;
  /** After the late verifications. */
  readonly programming: BlockProgramming;
}

/** Programs a block, and verifies it at each of the times (s) after the end of its programming. */
export async function programAndVerify(
  chip: RemoteChip,
  block: WeightBlock,
  targets: Float32Array,
  algorithm: ProgrammingAlgorithm,
  verifySeconds: readonly number[] = [],
): Promise<ProgrammedBlock> {
  const options = { algorithm, calibration: nominalCalibration(chip.descriptor) };
  const first = await programBlock(chip, block, targets, options);
  let programming = first;
  for (const seconds of verifySeconds) {
    await chip.waitUntil(first.endSeconds + seconds);
    programming = afterLate(programming, await verifyLate(chip, block, targets, programming, options));
  }
  return { block, targets, endSeconds: first.endSeconds, programming };
}

/** Conductances (S) of all devices, in device order, by five conversions each as the paper did. */
export async function readBlock(chip: RemoteChip, block: WeightBlock): Promise<Float32Array> {
  const averages = 5;
  const readVolts = Math.min(0.3, chip.descriptor.read.maxVolts);
  const siemens = new Float32Array(deviceCountOf(block));
  let first = 0;
  for (const { region } of block.parts) {
    const { codeSums } = await chip.read(region, { averages, readVolts });
    siemens.set(conductances(codeSums, averages, nominalCalibration(chip.descriptor), region), first);
    first += cellCount(region);
  }
  return siemens;
}

export interface WeightErrors {
  readonly level: number;
  /** Root of the mean square of net conductance less target as it drifts on average (S), over weights whose devices all converged. */
  readonly errorSiemens: number;
  /** Standard deviation of net conductance less target (S), over the same. */
  readonly spreadSiemens: number;
  /** Of the devices that were aimed above the zero level; none at level 0. */
  readonly convergedShare: number | undefined;
  readonly pulsesPerDevice: number;
}

/** Age at which the programming error is published. */
const readingSeconds = 25;

/**
 * Programs pairs of devices on a Fusion chip to plus and minus a level by turns, and reads them 25 s after the end of the first
 * programming, whatever late verification there was before.
 */
export async function measureWeightErrors(
  chip: RemoteChip,
  { index, rows, level }: { readonly index: number; readonly rows: number; readonly level: number },
  algorithm: ProgrammingAlgorithm,
  verifySeconds: readonly number[] = [],
): Promise<WeightErrors> {
  const block = pairsOn(chip, index, rows);
  const sign = (weight: number): number => (weight % 2 === 0 ? 1 : -1);
  const weights = block.rows * block.columns;
  const targets = Float32Array.from({ length: weights }, (_, weight) => sign(weight) * level * gMaxSiemens);
  const { endSeconds, programming } = await programAndVerify(chip, block, targets, algorithm, verifySeconds);
  await chip.waitUntil(endSeconds + readingSeconds);
  const net = netSiemens(block, await readBlock(chip, block));
  const drifted = level === 0 ? 1 : (readingSeconds / driftReferenceSeconds) ** -driftMean(level);
  const good = [...targets.keys()].filter((weight) => isConverged(programming, 2 * weight));
  const errors = Float64Array.from(
    good,
    (weight) => sign(weight) * net[weight]! - drifted * level * gMaxSiemens,
  );
  return {
    level,
    errorSiemens: Math.sqrt(variance(errors) + mean(errors) ** 2),
    spreadSiemens: spread(errors),
    convergedShare: convergedShare(programming),
    pulsesPerDevice: mean(programming.pulses),
  };
}

const pairsOn = (chip: RemoteChip, index: number, rows: number): WeightBlock => {
  const region = stripOf(chip, index, rows);
  return { rows, columns: region.columns / 2, devicesPerWeight: 2, parts: [{ region, devices: [0, 1] }] };
};

const converged = cellOutcomes.indexOf("converged");

const isConverged = ({ outcomes }: BlockProgramming, first: number): boolean =>
  outcomes[first] === converged && outcomes[first + 1] === converged;

/** Zero level of the programming parameters, S. */
const zeroSiemens = 0.25e-6;

export function convergedShare({ outcomes, targets }: BlockProgramming): number | undefined {
  const aimed = [...outcomes.keys()].filter((n) => targets[n]! > zeroSiemens);
  if (aimed.length === 0) return undefined;
  return aimed.filter((n) => outcomes[n] === converged).length / aimed.length;
}

export interface UnitCellErrors {
  /** Root of the mean square of net conductance less target (S), after the best common factor, as global drift compensation has it. */
  readonly compensatedSiemens: number;
  /** The same without the factor. */
  readonly rawSiemens: number;
  /** Share of the devices on the side of the weight that read at most `resetSiemens` or at least `setSiemens`. */
  readonly extremeShare: number;
}

/** Normal weights with this part of the largest as standard deviation: a trained layer that was clipped at 3.3 sigma. */
const weightSpread = 0.3;
const resetSiemens = 0.75e-6;

/**
 * Programs random weights of up to `largestSiemens` on unit cells of four devices, and reads them at an age.
 * @param setSiemens what a device conducts at least that is SET.
 */
export async function measureUnitCells(
  chip: RemoteChip,
  rows: number,
  algorithm: ProgrammingAlgorithm,
  {
    largestSiemens,
    setSiemens,
    ageSeconds,
  }: Readonly<Record<"largestSiemens" | "setSiemens" | "ageSeconds", number>>,
): Promise<UnitCellErrors> {
  const columns = chip.descriptor.arrays[0]!.columns;
  const parts = [0, 1, 2, 3].map((array) => ({
    region: { array, row: 0, column: 0, rows, columns },
    devices: [array],
  }));
  const block: WeightBlock = { rows, columns, devicesPerWeight: 4, parts };
  const random = seededPrng(1);
  const targets = Float32Array.from(
    { length: rows * columns },
    () => Math.max(-1, Math.min(1, weightSpread * random.normal())) * largestSiemens,
  );
  const { programming } = await programAndVerify(chip, block, targets, algorithm);
  const fresh = await readBlock(chip, block);
  await chip.waitUntil(programming.endSeconds + ageSeconds);
  const net = netSiemens(block, await readBlock(chip, block));
  const factor = dot(net, targets) / dot(targets, targets);
  const rms = (scale: number): number =>
    Math.sqrt(mean(Float64Array.from(net, (value, weight) => (value / scale - targets[weight]!) ** 2)));
  const weights = targets.length;
  const active = [...fresh.keys()].filter((n) => Math.floor(n / weights) < 2 === targets[n % weights]! > 0);
  const extreme = active.filter((n) => fresh[n]! <= resetSiemens || fresh[n]! >= setSiemens);
  return {
    compensatedSiemens: rms(factor),
    rawSiemens: rms(1),
    extremeShare: extreme.length / active.length,
  };
}
