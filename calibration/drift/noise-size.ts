/** How noisy devices of one kind are, from what their readings leave around fits of some of them. */

import type { AgeBlock } from "./age-blocks.ts";
import { deviceSeries } from "./device-series.ts";
import { type FlickerShape, type NoiseSize, readingCovariance } from "./flicker-covariance.ts";
import { fitPower, PowerFit, type PowerGls, powerGls } from "./power-gls.ts";
import type { DriftReadings } from "./readings.ts";
import { median } from "./repeated-median.ts";
import { freedomOfSpread } from "./variance-spread.ts";

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

/** Devices that are looked at; the size of their noise is then good to a per cent or two. */
const sampled = 128;

/** So many devices say something about how different their noise is. */
const fewestForPrior = 16;

/** A first guess of Q, and of the exponent. */
const guess = { flicker: 0.02, nu: 0.05 };
const smallestFlicker = 1e-5;
const rounds = 4;

/** @param devices of one kind, within a block. Those with readings at an end of the converter are passed over. */
export function noiseOfKind(
  readings: DriftReadings,
  block: AgeBlock,
  devices: Uint32Array,
  shape: FlickerShape,
): KindNoise {
  const n = readings.reads.length;
  const chosen = sampleOf(readings, block, devices);
  const siemens = typicalSiemens(readings, chosen);
  let size: NoiseSize = { flicker: guess.flicker, siemens };
  let nu = guess.nu;
  let priorFreedom = 0;
  for (let round = 0; round < rounds; round++) {
    const gls = powerGls(block.ages, readingCovariance(readings.reads, block.ages, size, shape));
    const fits = chosen.map((device) => fitOf(readings, block, device, gls, nu));
    if (fits.length === 0) break;
    nu = median(Float64Array.from(fits, (fit) => fit.nu));
    const scales = Float64Array.from(fits, ({ squares }) => squares / (n - 2));
    priorFreedom = fits.length < fewestForPrior ? 0 : freedomOfSpread(scales, n - 2);
    const scale = median(scales) / medianOfScale(n - 2);
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

/** Median of a chi square over its degrees of freedom (Wilson and Hilferty, PNAS 17 (1931) 684). */
const medianOfScale = (freedom: number): number => (1 - 2 / (9 * freedom)) ** 3;

/** Every so many-th device of which all readings have a value. */
function sampleOf(readings: DriftReadings, block: AgeBlock, devices: Uint32Array): number[] {
  const stride = Math.max(1, Math.floor(devices.length / sampled));
  const chosen: number[] = [];
  for (let i = 0; i < devices.length && chosen.length < sampled; i += stride)
    if (deviceSeries(readings, block, devices[i]!).measured.length === readings.reads.length)
      chosen.push(devices[i]!);
  return chosen;
}

function typicalSiemens({ reads, siemens, devices }: DriftReadings, chosen: number[]): Float64Array {
  return Float64Array.from(reads, (read, r) =>
    chosen.length === 0
      ? read.whiteSiemens * 4
      : median(Float64Array.from(chosen, (device) => siemens[r * devices + device]!)),
  );
}

function fitOf(readings: DriftReadings, block: AgeBlock, device: number, gls: PowerGls, nu: number) {
  const { lnAges, siemens } = deviceSeries(readings, block, device);
  const fit = new PowerFit(gls.n);
  fit.siemens.set(siemens);
  for (let i = 0; i < gls.n; i++) fit.x[i] = lnAges[i]! - gls.centre;
  fit.nu = nu;
  fitPower(gls, fit);
  return fit;
}
