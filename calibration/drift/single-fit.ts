/** The fit of one device by itself, with any law and any of its readings left out. */

import { whitenerOf } from "./cholesky.ts";
import { type Design, designOf, times, timesTransposed } from "./design.ts";
import type { DriftModel } from "./models.ts";

/** Readings of one device. */
export interface Series {
  /** ln(age / reference age) of each. */
  readonly x: Float64Array;
  /** Conductances (S). */
  readonly siemens: Float64Array;
  /** Relative covariance of their noise, n x n. */
  readonly covariance: Float64Array;
  /** L^-1 of the whole covariance L L', which most devices share. */
  readonly whitener: Float64Array;
  /** ln G to be fitted by plain least squares instead. */
  readonly logs?: Float64Array;
}

export interface SingleFit {
  readonly parameters: Float64Array;
  /** Of the parameters, p x p, when the noise is as large as the covariance says. */
  readonly covariance: Float64Array;
  /** (k - p) s^2 over the k readings that were kept. */
  readonly squares: number;
  readonly readings: number;
  /** Relative residual of every reading, kept or not. */
  readonly residuals: Float64Array;
  /** Of every reading, how far it lies from what the other kept ones predict, in standard deviations at s = 1. */
  readonly deviations: Float64Array;
}

const maxSteps = 16;
const closeEnough = 1e-6;

/** Larger corrections are cut: a start far away must not be thrown still farther. */
const largestCorrection = 0.5;

/**
 * Iteratively reweighted generalised least squares, as `fitPower` does it for many devices.
 * @param kept numbers of the readings that count, rising, more of them than the law has parameters. @param start of the parameters.
 */
export function fitSingle(
  model: DriftModel,
  series: Series,
  kept: Uint16Array,
  start: Float64Array,
): SingleFit {
  const p = model.parameters;
  const parameters = start.slice();
  const n = series.x.length;
  const whitener = kept.length === n ? series.whitener : whitenerOf(series.covariance, n, kept);
  const state = new Evaluation(series, p);
  state.evaluate(model, parameters);
  let design = designOf(whitener, kept, p, state.columns);
  for (let step = 0; step < maxSteps && design !== undefined; step++) {
    const change = correct(parameters, design, kept, state.residuals);
    model.hold(parameters);
    state.evaluate(model, parameters);
    if (change < closeEnough) break;
    if (!model.linear) design = designOf(whitener, kept, p, state.columns);
  }
  const covariance = design?.covariance ?? new Float64Array(p * p).fill(Number.NaN);
  const white = times(whitener, kept, state.residuals);
  return {
    parameters,
    covariance,
    squares: white.reduce((sum, value) => sum + value * value, 0),
    readings: kept.length,
    residuals: state.residuals,
    deviations: deviationsOf(series.covariance, kept, whitener, white, state, covariance, p),
  };
}

/** Residuals and derivatives of a law at some parameters. */
class Evaluation {
  readonly #series: Series;
  readonly #values: Float64Array;
  /** Derivative of ln G at reading i by parameter q at [i * p + q]. */
  readonly columns: Float64Array;
  readonly residuals: Float64Array;

  constructor(series: Series, p: number) {
    const n = series.x.length;
    this.#series = series;
    this.#values = new Float64Array(n);
    this.columns = new Float64Array(n * p);
    this.residuals = new Float64Array(n);
  }

  evaluate(model: DriftModel, parameters: Float64Array): void {
    const { x, siemens, logs } = this.#series;
    const values = this.#values;
    model.predict(parameters, x, values, this.columns);
    for (let i = 0; i < x.length; i++)
      this.residuals[i] =
        logs === undefined ? siemens[i]! * Math.exp(-values[i]!) - 1 : logs[i]! - values[i]!;
  }
}

/** Moves the parameters, and returns by how much the one that moved most. */
function correct(
  parameters: Float64Array,
  { gain }: Design,
  kept: Uint16Array,
  residuals: Float64Array,
): number {
  const k = kept.length;
  let most = 0;
  for (let q = 0; q < parameters.length; q++) {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += gain[q * k + i]! * residuals[kept[i]!]!;
    parameters[q]! += Math.max(-largestCorrection, Math.min(largestCorrection, sum));
    most = Math.max(most, Math.abs(sum));
  }
  return most;
}

function deviationsOf(
  covariance: Float64Array,
  kept: Uint16Array,
  whitener: Float64Array,
  white: Float64Array,
  { residuals, columns }: Evaluation,
  spread: Float64Array,
  p: number,
): Float64Array {
  const [n, k] = [residuals.length, kept.length];
  // Of a reading that was left out: against the fit alone. The kept ones would predict a little of its noise as well.
  const deviations = residuals.map(
    (residual, i) =>
      residual / Math.sqrt(covariance[i * n + i]! + Math.max(0, quadratic(spread, p, columns, i))),
  );
  const weighed = timesTransposed(whitener, white);
  const precisions = timesTransposed(
    whitener.map((value) => value * value),
    new Float64Array(k).fill(1),
  );
  // What the fit itself takes out of a residual is left out here: 5 % of its variance at 40 readings.
  for (let i = 0; i < k; i++) deviations[kept[i]!] = weighed[i]! / Math.sqrt(precisions[i]!);
  return deviations;
}

/** Variance of the fitted ln G at reading i. */
function quadratic(spread: Float64Array, p: number, columns: Float64Array, i: number): number {
  let sum = 0;
  for (let q = 0; q < p; q++)
    for (let m = 0; m < p; m++) sum += columns[i * p + q]! * spread[q * p + m]! * columns[i * p + m]!;
  return sum;
}
