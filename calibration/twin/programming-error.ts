/**
 * The programming error of each level without the noise of its reading, and its polynomial: sigma_prog of PCMLikeNoiseModel
 * (IBM/aihwkit inference/noise/pcm.py; FACTS.md 7.1), which adds read noise by itself.
 */

import { type FlickerShape, flickerVariance } from "../drift/flicker-covariance.ts";
import type { FirstReading } from "./level-tally.ts";
import { type Estimate, fitPolynomial, type WeightedFit } from "./weighted-fit.ts";

/** What the devices of a level are known to do, from the readings of the chip or from a profile. */
export interface LevelLaws {
  readonly nuMean: number;
  readonly nuSpread: number;
  /** Q_s. */
  readonly noise: Estimate;
}

export interface ReadingConditions {
  readonly shape: FlickerShape;
  readonly averages: number;
  /** Rms noise of the averaged reading that has no memory (S). */
  readonly whiteSiemens: number;
  /** t_0 of drift (s). */
  readonly referenceSeconds: number;
}

/** At the reference time, S. */
export interface ProgrammingError {
  /** Standard deviation around the mean of the level. */
  readonly sigma: Estimate;
  /** Mean less target. */
  readonly bias: Estimate;
}

/**
 * The variance of the first reading less that of 1/f noise, of the converter, and of the exponents; brought back to the reference time by
 * the mean exponent. Both noise and drift are relative to the conductance, so their variance is over the mean of its square.
 * @param targetSiemens mean target of the devices (S).
 */
export function programmingError(
  first: FirstReading,
  targetSiemens: number,
  { nuMean, nuSpread, noise }: LevelLaws,
  { shape, averages, whiteSiemens, referenceSeconds }: ReadingConditions,
): ProgrammingError {
  const decay = Math.max(0, Math.log(first.ageSeconds / referenceSeconds));
  const back = Math.exp(nuMean * decay);
  const accumulated = flickerVariance(first.ageSeconds, averages, shape);
  const read = noise.value ** 2 * accumulated;
  const drifting = (nuSpread * decay) ** 2;
  const mean = first.siemens ** 2;
  const variance =
    (first.sigmaSiemens ** 2 - whiteSiemens ** 2 - (read + drifting) * mean) / (1 + read + drifting);
  const readError = 2 * noise.value * noise.error * accumulated * mean;
  const varianceError = Math.hypot(first.sigmaSiemens ** 2 * Math.sqrt(2 / (first.devices - 1)), readError);
  const sigma = Math.sqrt(Math.max(0, variance));
  return {
    sigma: {
      value: sigma * back,
      error: (back * varianceError) / (2 * Math.max(sigma, Math.sqrt(varianceError) / 2)),
    },
    bias: {
      value: first.siemens * back - targetSiemens,
      error: (first.sigmaSiemens * back) / Math.sqrt(first.devices),
    },
  };
}

/** One point of the curve. */
export interface ErrorAt {
  /** Target over the conductance of the largest weight. */
  readonly g: number;
  /** S. */
  readonly sigma: Estimate;
}

/** That of the published model, and the highest that is tried where it does not describe the levels. */
const [lowestDegree, highestDegree] = [2, 4];

/** The polynomial is an approximation: levels of many devices do not count for more than this relative error lets them. */
const modelError = 0.03;

/** Chi square over its degrees of freedom from which on a polynomial does not describe the levels. */
const poor = 2;

export interface ErrorPolynomial {
  /** c of sigma = c_0 + c_1 g + c_2 g^2 + ... (S). */
  readonly coefficients: readonly Estimate[];
  /** Largest distance of a level from it (S). */
  readonly worstSiemens: number;
}

/** Undefined with fewer than four levels: three would be met exactly, whatever they are. */
export function errorPolynomial(points: readonly ErrorAt[]): ErrorPolynomial | undefined {
  const g = points.map((point) => point.g);
  const sigma = points.map((point) => point.sigma.value);
  const typical = Math.max(...sigma);
  const errors = points.map((point) => Math.hypot(point.sigma.error, modelError * typical));
  let fit: WeightedFit | undefined;
  for (let degree = lowestDegree; degree <= Math.min(highestDegree, points.length - 2); degree++) {
    fit = fitPolynomial(g, sigma, errors, degree) ?? fit;
    if (fit !== undefined && fit.chiSquare <= poor * fit.freedom) break;
  }
  return fit && { coefficients: fit.coefficients, worstSiemens: worst(fit, g, sigma) };
}

const worst = ({ coefficients }: WeightedFit, g: readonly number[], sigma: readonly number[]): number =>
  Math.max(
    ...g.map((x, n) =>
      Math.abs(coefficients.reduce((sum, { value }, power) => sum + value * x ** power, 0) - sigma[n]!),
    ),
  );
