/** Measurements of the published laws on an emulated Fusion chip, through the Chip port, at any size. */

import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import type { Region } from "../../src/chip/region.ts";
import { hermesLoop, type ProgrammedLevel, programLevel, readAtAge, truth } from "./lab.ts";
import {
  accumulatedNoise,
  driftMean,
  driftReferenceSeconds,
  driftSpread,
  gMaxSiemens,
  hermesGMaxSiemens,
  hermesProgrammingErrorSiemens,
  hermesReferenceSeconds,
  noiseAmplitude,
  noiseCovariance,
  programmingErrorSiemens,
} from "./published.ts";
import { logarithmicSlope, periodogram } from "./spectrum.ts";
import { type Comparison, dot, mean, slopeWeights, spread, variance } from "./statistics.ts";

export interface ProgrammingComparison {
  /** Around the mean of the devices. */
  readonly spread: Comparison;
  /** Around the target after the mean drift between t_0 and the reading: what a network feels. */
  readonly aboutTarget: Comparison;
}

const readingSeconds = 25;

/** Standard deviation (S) of what is read 25 s after programming over the converged devices. */
export async function measureProgrammingError(
  chip: RemoteChip,
  programmed: ProgrammedLevel,
): Promise<ProgrammingComparison> {
  const { level } = programmed;
  const published = programmingErrorSiemens(level);
  const read = await readAtAge(chip, programmed, readingSeconds);
  const drifted = level === 0 ? 0 : (readingSeconds / driftReferenceSeconds) ** -driftMean(level);
  const bias = mean(read) - level * gMaxSiemens * drifted;
  return {
    spread: { level, measured: spread(read), published },
    aboutTarget: { level, measured: Math.sqrt(variance(read) + bias ** 2), published },
  };
}

/**
 * Programs a strip of a HERMES core to a level with the loop of FACTS 8.2, and takes the standard deviation (S) of what is read
 * at the model's t_0, around its mean, over the converged devices.
 */
export async function measureHermesProgrammingError(
  chip: RemoteChip,
  region: Region,
  level: number,
): Promise<Comparison> {
  const options = { gMaxSiemens: hermesGMaxSiemens, parameters: hermesLoop(chip) };
  const programmed = await programLevel(chip, region, level, options);
  const measured = spread(await readAtAge(chip, programmed, hermesReferenceSeconds));
  return { level, measured, published: hermesProgrammingErrorSiemens(level) };
}

/**
 * Standard deviation of (reading - truth) / truth over the converged devices at an age (s). The true conductance is the
 * emulator's answer key; no experiment has it, which is why the papers give the law and not a histogram.
 */
export async function measureReadNoise(
  chip: RemoteChip,
  programmed: ProgrammedLevel,
  ageSeconds: number,
): Promise<Comparison> {
  const { level } = programmed;
  const read = await readAtAge(chip, programmed, ageSeconds);
  const expected = await truth(chip, programmed);
  const measured = spread(read.map((siemens, cell) => siemens / expected[cell]! - 1));
  return { level, measured, published: accumulatedNoise(level, ageSeconds) };
}

export interface DriftComparison {
  readonly mean: Comparison;
  readonly spread: Comparison;
  /** Standard deviation of the fitted exponents that read noise alone would leave. */
  readonly noiseOfFit: number;
}

/**
 * Fits ln G against ln t for each device by least squares, over reads spaced evenly in ln t from 25 s to a day.
 *
 * Averaging cannot remove all of the read noise from a fit, because the slow part of 1/f noise wanders during the fit as
 * drift does. Its contribution to the variance of the slopes, w' C w Q_s^2 with the weights w of the fit and the covariance
 * C of 1/f noise that begins at the pulse, is therefore computed from the published Q_s and subtracted.
 */
export async function measureDrift(
  chip: RemoteChip,
  programmed: ProgrammedLevel,
  reads: number,
): Promise<DriftComparison> {
  const { level } = programmed;
  const ages = Array.from({ length: reads }, (_, i) => 25 * (86_400 / 25) ** (i / (reads - 1)));
  const weights = slopeWeights(ages.map(Math.log));
  const exponents = await fitExponents(chip, programmed, ages, weights);
  const noiseVariance = noiseAmplitude(level) ** 2 * quadraticForm(weights, ages);
  return {
    mean: { level, measured: mean(exponents), published: driftMean(level) },
    spread: {
      level,
      measured: Math.sqrt(Math.max(0, variance(exponents) - noiseVariance)),
      published: driftSpread(level),
    },
    noiseOfFit: Math.sqrt(noiseVariance),
  };
}

/** Half a code of the sum of five (S): what stands for the rare reading of 0 at the lowest level, which has no logarithm. */
const smallestReading = 0.02e-6;

async function fitExponents(
  chip: RemoteChip,
  programmed: ProgrammedLevel,
  ages: readonly number[],
  weights: readonly number[],
): Promise<Float64Array> {
  const exponents = new Float64Array(programmed.converged.length);
  for (const [i, age] of ages.entries()) {
    const siemens = await readAtAge(chip, programmed, age);
    const weight = weights[i]!;
    for (let n = 0; n < exponents.length; n++)
      exponents[n]! -= weight * Math.log(Math.max(siemens[n]!, smallestReading));
  }
  return exponents;
}

const quadraticForm = (weights: readonly number[], ages: readonly number[]): number =>
  weights.reduce(
    (sum, w, i) =>
      sum +
      w *
        dot(
          weights,
          ages.map((age) => noiseCovariance(age, ages[i]!)),
        ),
    0,
  );

export interface SpectrumOptions {
  /** Readings in a series, a power of two. */
  readonly readings: number;
  /** Series that follow each other and whose periodograms are averaged (Bartlett). */
  readonly series: number;
  /** Conversions of one reading. They follow each other without a gap, so that averaging suppresses what would alias. */
  readonly averages: number;
}

/** Slope of the power spectrum of one device that is read again and again, over three decades of frequency. */
export async function measureSpectralSlope(
  chip: RemoteChip,
  cell: Region,
  { readings, series, averages }: SpectrumOptions,
): Promise<number> {
  const power = new Float64Array(readings / 2);
  for (let s = 0; s < series; s++) {
    const values = await readAgainAndAgain(chip, cell, readings, averages);
    const part = periodogram(values);
    for (let k = 0; k < power.length; k++) power[k]! += part[k]!;
  }
  return logarithmicSlope(power, firstBin, 1000 * firstBin);
}

/** The first bin that a Hann window keeps free of the slowest changes. With 8192 readings, 1000 times it is half the Nyquist frequency. */
const firstBin = 2;

async function readAgainAndAgain(
  chip: RemoteChip,
  cell: Region,
  readings: number,
  averages: number,
): Promise<Float64Array> {
  const values = new Float64Array(readings);
  for (let n = 0; n < readings; n++) {
    const { codeSums } = await chip.read(cell, { averages, readVolts: 0.3 });
    values[n] = codeSums[0]!;
  }
  return values;
}
