/**
 * Q_s of the accumulated 1/f noise, Q_s^2 ln((t + t_read) / (2 t_read)) relative to the conductance (FACTS.md 7.1), of the devices of each
 * kind together, from what their readings leave around power laws.
 */

import { type AgeBlock, ageBlocks } from "../drift/age-blocks.ts";
import { type FlickerShape, flickerVariance } from "../drift/flicker-covariance.ts";
import { devicesByKind, noKind } from "../drift/kinds.ts";
import { type KindNoise, noiseOfKind, refit, sampleOf } from "../drift/noise-size.ts";
import type { DriftReadings } from "../drift/readings.ts";
import { outlierDeviations } from "../drift/robust-fit.ts";
import type { Estimate } from "./weighted-fit.ts";

/** Of one kind, from several parts of the devices: sums that are added up. */
export interface NoiseSums {
  /** Degrees of freedom of the residuals that count. */
  freedom: number;
  /** Q_s^2 times them, and that of the fits, which take a median. */
  weighted: number;
  assumed: number;
  /** Share of 1/f noise in the variance of the readings, times them. */
  flickerShare: number;
}

export const noNoise = (): NoiseSums => ({ freedom: 0, weighted: 0, assumed: 0, flickerShare: 0 });

/** Adds to `sums`, one element a kind. Devices with a reading at an end of the converter, or one that does not belong, are passed over. */
export function addNoise(
  readings: DriftReadings,
  kinds: Uint8Array,
  shape: FlickerShape,
  sums: readonly NoiseSums[],
): void {
  for (const block of ageBlocks(readings.reads, readings.devices))
    for (const [kind, devices] of devicesByKind(kinds, block).entries()) {
      const own = sums[kind];
      if (kind === noKind || devices.length === 0 || own === undefined) continue;
      const noise = noiseOfKind(readings, block, devices, shape);
      addKind(readings, block, devices, noise, flickerShareOf(readings, block, noise, shape), own);
    }
}

function addKind(
  readings: DriftReadings,
  block: AgeBlock,
  devices: Uint32Array,
  { gls, nu, flicker }: KindNoise,
  flickerShare: number,
  sums: NoiseSums,
): void {
  // Of a noisy device the relative residuals are too large when the fit is too low: weights of the square of the fit make them absolute.
  let [squares, weights, freedom] = [0, 0, 0];
  for (const { fit, lnAges } of sampleOf(readings, block, devices, devices.length)) {
    refit(gls, fit, lnAges, nu);
    if (!fit.converged || fit.farthest > outlierDeviations) continue;
    const weight = Math.exp(2 * fit.level);
    squares += weight * fit.squares;
    weights += weight;
    freedom += gls.n - 2;
  }
  if (freedom === 0) return;
  const scale = (squares / weights / (gls.n - 2)) * (1 + gls.levelVariance);
  sums.freedom += freedom;
  // First order in what the assumed Q_s is off by; exact where all noise is 1/f noise.
  sums.weighted += flicker ** 2 * freedom * (1 + (scale - 1) / flickerShare);
  sums.assumed += flicker ** 2 * freedom;
  sums.flickerShare += flickerShare * freedom;
}

/** What of the variance of the readings is 1/f noise. */
function flickerShareOf(
  { reads }: DriftReadings,
  { ages }: AgeBlock,
  { flicker, siemens }: KindNoise,
  shape: FlickerShape,
): number {
  let [slow, white] = [0, 0];
  for (const [r, { averages, whiteSiemens }] of reads.entries()) {
    slow += flicker ** 2 * flickerVariance(ages[r]!, averages, shape);
    white += (whiteSiemens / siemens[r]!) ** 2;
  }
  return slow / (slow + white);
}

/** Converter noise that hides the 1/f noise leaves nothing to say of it. */
const smallestShare = 0.1;

/** Undefined when there were no residuals, or they are mostly the converter's. */
export function noiseAmplitude({ freedom, weighted, flickerShare }: NoiseSums): Estimate | undefined {
  if (freedom < 2 || !(weighted > 0) || flickerShare < smallestShare * freedom) return undefined;
  const value = Math.sqrt(weighted / freedom);
  return { value, error: (value * Math.sqrt(2 / freedom) * freedom) / (2 * flickerShare) };
}
