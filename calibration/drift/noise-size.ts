/** How noisy devices of one kind are, from what their readings leave around fits of some of them. */

import type { AgeBlock } from "./age-blocks.ts";
import { deviceSeries } from "./device-series.ts";
import { type FlickerShape, type NoiseSize, readingCovariance } from "./flicker-covariance.ts";
import { fitPower, PowerFit, type PowerGls, powerGls } from "./power-gls.ts";
import type { DriftReadings } from "./readings.ts";
import { median } from "./repeated-median.ts";
import { freedomOfSpread, medianOfEstimates } from "./variance-spread.ts";

export interface KindNoise extends NoiseSize {
  /** Typical exponent. */
  readonly nu: number;
  /** Standard deviation of a typical reading, relative to the conductance. */
  readonly readingDeviation: number;
  readonly gls: PowerGls;
  readonly covariance: Float64Array;
  /**
   * Degrees of freedom that the size of the noise of one device is known with beforehand, since the others are like it; 0 for no
   * knowledge, infinite where all are equal (Smyth, Stat. Appl. Genet. Mol. Biol. 3 (2004) 3, section 6.2).
   */
  readonly priorFreedom: number;
}

/** Degrees of freedom of all residuals that are looked at together; the size of the noise is then good to one or two per cent. */
const sampledFreedom = 5000;

/** So many devices say something about how different their noise is. */
const fewestForPrior = 16;

/** A first guess of Q, and of the exponent. */
const guess = { flicker: 0.02, nu: 0.05 };
const smallestFlicker = 1e-5;
const rounds = 3;

/** @param devices of one kind, within a block. Those with readings at an end of the converter are passed over. */
export function noiseOfKind(
  readings: DriftReadings,
  block: AgeBlock,
  devices: Uint32Array,
  shape: FlickerShape,
): KindNoise {
  const n = readings.reads.length;
  const sample = sampleOf(readings, block, devices, Math.ceil(sampledFreedom / (n - 2)));
  const siemens = typicalSiemens(readings, sample);
  let size: NoiseSize = { flicker: guess.flicker, siemens };
  let nu = guess.nu;
  let priorFreedom = 0;
  for (let round = 0; round < rounds && sample.length > 0; round++) {
    const gls = powerGls(block.ages, readingCovariance(readings.reads, block.ages, size, shape));
    for (const { fit, lnAges } of sample) refit(gls, fit, lnAges, nu);
    nu = median(Float64Array.from(sample, ({ fit }) => fit.nu));
    const scales = Float64Array.from(sample, ({ fit }) => fit.squares / (n - 2));
    priorFreedom = sample.length < fewestForPrior ? 0 : freedomOfSpread(scales, n - 2);
    const known = priorFreedom === 0 ? Number.POSITIVE_INFINITY : priorFreedom;
    const scale = median(scales) / medianOfEstimates(n - 2, known);
    size = { ...size, flicker: Math.max(smallestFlicker, size.flicker * Math.sqrt(scale)) };
  }
  const covariance = readingCovariance(readings.reads, block.ages, size, shape);
  const readingDeviation = Math.sqrt(meanDiagonal(covariance, n));
  return { ...size, nu, readingDeviation, covariance, gls: powerGls(block.ages, covariance), priorFreedom };
}

function meanDiagonal(matrix: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += matrix[i * n + i]!;
  return sum / n;
}

export interface Sampled {
  readonly fit: PowerFit;
  readonly lnAges: Float64Array;
}

/** Every so many-th device of which all readings have a value. */
export function sampleOf(
  readings: DriftReadings,
  block: AgeBlock,
  devices: Uint32Array,
  most: number,
): Sampled[] {
  const n = readings.reads.length;
  const stride = Math.max(1, Math.floor(devices.length / most));
  const sample: Sampled[] = [];
  for (let i = 0; i < devices.length && sample.length < most; i += stride) {
    const { lnAges, siemens, measured } = deviceSeries(readings, block, devices[i]!);
    if (measured.length < n) continue;
    const fit = new PowerFit(n);
    fit.siemens.set(siemens);
    sample.push({ fit, lnAges });
  }
  return sample;
}

const typicalSiemens = ({ reads }: DriftReadings, sample: readonly Sampled[]): Float64Array =>
  Float64Array.from(reads, ({ whiteSiemens }, r) =>
    sample.length === 0
      ? codesOfNothing * whiteSiemens
      : median(Float64Array.from(sample, ({ fit }) => fit.siemens[r]!)),
  );

/** Of devices that are mostly at an end of the converter: their noise is that of the converter. */
const codesOfNothing = 4;

export function refit(gls: PowerGls, fit: PowerFit, lnAges: Float64Array, nu: number): void {
  for (let i = 0; i < gls.n; i++) fit.x[i] = lnAges[i]! - gls.centre;
  fit.nu = nu;
  fitPower(gls, fit);
}
