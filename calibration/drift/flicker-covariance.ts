/**
 * The covariance of 1/f noise between readings of one device. Its slow part wanders from reading to reading as drift does, so readings of
 * one device are no independent data, and intervals that take them for such are too narrow.
 *
 * The process is a sum of relaxations whose time constants are uniform on a logarithmic scale and that all start at the last pulse. Its
 * variance relative to the conductance is Q^2 ln((t + t_read) / (2 t_read)) at the age t (Nandakumar et al., ICECS 2019, as in aihwkit
 * inference/noise/pcm.py:147-154), and the covariance of ages t1 < t2 is Q^2 ln((t2 + t_read) / (t2 - t1)), of which the variance is the
 * limit t2 - t1 = 2 t_read.
 *
 * Where the power goes as 1/f^(1 + a), relaxations have weights tau^a, and the logarithm of t2 / D is the limit a = 0 of
 * Gamma(1 - a) (t2^a - D^a) / a: the integral of tau^a (exp(-D / tau) - exp(-t2 / tau)) over ln tau. Joshi et al. 2020 give a = 0.21.
 */

import { gamma } from "./gamma.ts";
import type { DriftRead } from "./readings.ts";

export interface FlickerShape {
  /** Shortest time that the noise knows: t_read of the law (s). */
  readonly readSeconds: number;
  /** Between two conversions that are averaged (s). */
  readonly conversionSeconds: number;
  /** a: how much faster than 1/f the power falls; 0 when missing. Below 1. */
  readonly slope?: number;
}

/** t_read of the published law (aihwkit pcm.py:75). Only its logarithm counts, so a converter that differs hardly matters. */
export const publishedReadSeconds = 250e-9;

/** In units of Q^2, of two readings at different ages (s). */
export function flickerCovariance(early: number, late: number, shape: FlickerShape): number {
  const { readSeconds, slope = 0 } = shape;
  const apart = Math.max(Math.abs(late - early), 2 * readSeconds);
  return weight(slope) * (scaled(Math.max(early, late) + readSeconds, slope) - scaled(apart, slope));
}

/** In units of Q^2, of the mean of conversions that follow each other from the age (s) on. */
export function flickerVariance(ageSeconds: number, averages: number, shape: FlickerShape): number {
  const { readSeconds, conversionSeconds, slope = 0 } = shape;
  let sum = averages * scaled(2 * readSeconds, slope);
  for (let apart = 1; apart < averages; apart++)
    sum += 2 * (averages - apart) * scaled(Math.max(apart * conversionSeconds, 2 * readSeconds), slope);
  return weight(slope) * (scaled(ageSeconds + readSeconds, slope) - sum / averages ** 2);
}

/** (t^a - 1) / a, and its limit ln t. */
const scaled = (seconds: number, slope: number): number =>
  Math.abs(slope) < 1e-6 ? Math.log(seconds) : Math.expm1(slope * Math.log(seconds)) / slope;

/** Gamma(1 - a). */
const weight = (slope: number): number => gamma(1 - slope);

/** Size of the noise of devices of one kind. */
export interface NoiseSize {
  /** Q, relative to the conductance; of relaxations of 1 s where the power does not go as 1/f. */
  readonly flicker: number;
  /** Typical conductance at each read (S), which turns noise of the converter into a share of the conductance. */
  readonly siemens: Float64Array;
}

/**
 * The relative covariance of the readings of one device, n x n row by row: 1/f noise and, on the diagonal, what has no memory.
 * @param ages of each read (s).
 */
export function readingCovariance(
  reads: readonly DriftRead[],
  ages: Float64Array,
  { flicker, siemens }: NoiseSize,
  shape: FlickerShape,
): Float64Array {
  const n = reads.length;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const { averages, whiteSiemens } = reads[i]!;
    for (let j = 0; j < i; j++) {
      const shared = flicker ** 2 * flickerCovariance(ages[j]!, ages[i]!, shape);
      covariance[i * n + j] = shared;
      covariance[j * n + i] = shared;
    }
    covariance[i * n + i] =
      flicker ** 2 * flickerVariance(ages[i]!, averages, shape) + (whiteSiemens / siemens[i]!) ** 2;
  }
  return covariance;
}
