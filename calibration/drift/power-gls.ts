/**
 * Generalised least squares of ln G = a - nu (ln t - c) with a covariance that many devices share: the step from relative residuals to
 * corrections of a and nu is two rows of numbers, so that a device costs a few hundred multiplications.
 */

import { allOf, whitenerOf } from "./cholesky.ts";

/** For devices of one kind and of nearly the same ages; n is the number of reads. */
export interface PowerGls {
  readonly n: number;
  /** ln of the ages (s) of the middle device, and the point c that makes the errors of a and nu independent. */
  readonly lnAges: Float64Array;
  readonly centre: number;
  /** L^-1 of the covariance V = L L' of the relative noise, n x n and lower: it makes the noise independent, of variance 1. */
  readonly whitener: Float64Array;
  /** Correction of a, and of nu, for one unit of relative residual in each read. */
  readonly stepOfLevel: Float64Array;
  readonly stepOfExponent: Float64Array;
  /** Variances of a and nu when the noise is as large as V says. */
  readonly levelVariance: number;
  readonly exponentVariance: number;
}

/** @param ages s, of one read each. @param covariance of the relative noise, n x n. @throws RangeError for fewer than three. */
export function powerGls(ages: Float64Array, covariance: Float64Array): PowerGls {
  const n = ages.length;
  if (n < 3) throw new RangeError(`${n} reads do not tell a line from noise`);
  const whitener = whitenerOf(covariance, n, allOf(n));
  const lnAges = ages.map(Math.log);
  const weights = byPrecision(whitener, n, new Float64Array(n).fill(1));
  const total = sumOf(weights);
  const centre = lnAges.reduce((sum, x, i) => sum + weights[i]! * x, 0) / total;
  const slopes = byPrecision(
    whitener,
    n,
    lnAges.map((x) => x - centre),
  );
  const spread = lnAges.reduce((sum, x, i) => sum + slopes[i]! * (x - centre), 0);
  return {
    n,
    lnAges,
    centre,
    whitener,
    stepOfLevel: weights.map((weight) => weight / total),
    stepOfExponent: slopes.map((slope) => -slope / spread),
    levelVariance: 1 / total,
    exponentVariance: 1 / spread,
  };
}

/** V^-1 v. */
function byPrecision(whitener: Float64Array, n: number, vector: Float64Array): Float64Array {
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let white = 0;
    for (let j = 0; j <= i; j++) white += whitener[i * n + j]! * vector[j]!;
    for (let j = 0; j <= i; j++) result[j]! += whitener[i * n + j]! * white;
  }
  return result;
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** What a device's fit leaves in its arrays, to be read before the next. */
export class PowerFit {
  /** ln of the conductance (S) at the centre, and the exponent. */
  level = 0;
  nu = 0;
  /** (n - 2) s^2: r' V^-1 r. */
  squares = 0;
  /** Largest difference of a residual from what those before it predict, in standard deviations. */
  farthest = 0;
  converged = false;
  /** ln age - c of each reading. */
  readonly x: Float64Array;
  /** Conductances (S), all measured. */
  readonly siemens: Float64Array;
  /** Conductance over that of the fit. */
  readonly ratios: Float64Array;

  constructor(reads: number) {
    this.x = new Float64Array(reads);
    this.siemens = new Float64Array(reads);
    this.ratios = new Float64Array(reads);
  }
}

const maxSteps = 12;
/** The correction that would follow is a twentieth of the last one. */
const closeEnough = 1e-5;

/**
 * Iteratively reweighted least squares of a generalised linear model with a logarithmic link and a constant relative error (McCullagh
 * and Nelder, Generalized Linear Models, 1989, section 2.5): the residuals are those of the conductance relative to the fit. Those of its
 * logarithm would make noisy readings look too low, the older the lower, by half the variance of their noise.
 * @param fit its `x` and `siemens` are those of the device, and `nu` is where it starts.
 */
export function fitPower(gls: PowerGls, fit: PowerFit): void {
  const { n, stepOfLevel, stepOfExponent } = gls;
  const { x, ratios } = fit;
  begin(n, fit);
  fit.converged = false;
  for (let step = 0; step < maxSteps && !fit.converged; step++) {
    let [ofLevel, ofExponent] = [0, 0];
    for (let i = 0; i < n; i++) {
      const residual = ratios[i]! - 1;
      ofLevel += stepOfLevel[i]! * residual;
      ofExponent += stepOfExponent[i]! * residual;
    }
    fit.level += ofLevel;
    fit.nu += ofExponent;
    for (let i = 0; i < n; i++) ratios[i]! *= exponential(ofExponent * x[i]! - ofLevel);
    fit.converged = Math.abs(ofLevel) < closeEnough && Math.abs(ofExponent) < closeEnough;
  }
  weigh(gls, fit);
}

/** A power law of the exponent to start with, through the mean of the readings. */
function begin(n: number, fit: PowerFit): void {
  const { x, siemens, ratios, nu } = fit;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    ratios[i] = siemens[i]! * Math.exp(nu * x[i]!);
    sum += ratios[i]!;
  }
  const mean = sum / n;
  for (let i = 0; i < n; i++) ratios[i]! /= mean;
  fit.level = Math.log(mean);
}

/** The library's exponential takes longer than all the rest of a step, and the arguments of later steps are small. */
const exponential = (u: number): number =>
  Math.abs(u) > 0.05 ? Math.exp(u) : 1 + u * (1 + u * (0.5 + u * (1 / 6 + u * (1 / 24))));

/** Independent residuals: their squares, and the farthest one. */
function weigh({ n, whitener }: PowerGls, fit: PowerFit): void {
  const { ratios } = fit;
  let squares = 0;
  let farthest = 0;
  for (let i = 0; i < n; i++) {
    const row = i * n;
    // Two sums, because each addition waits for the one before it.
    let even = 0;
    let odd = 0;
    let j = 0;
    for (; j < i; j += 2) {
      even += whitener[row + j]! * (ratios[j]! - 1);
      odd += whitener[row + j + 1]! * (ratios[j + 1]! - 1);
    }
    if (j === i) even += whitener[row + i]! * (ratios[i]! - 1);
    const white = even + odd;
    squares += white * white;
    farthest = Math.max(farthest, Math.abs(white));
  }
  fit.squares = squares;
  fit.farthest = farthest;
}
