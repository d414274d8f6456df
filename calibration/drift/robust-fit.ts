/**
 * The fit of a device whose readings include some that do not belong: a start from repeated medians that they cannot carry away, then
 * least squares over the readings that agree, until the same ones agree again (reweighted least squares after a start of high
 * breakdown, Rousseeuw and Leroy, Robust Regression and Outlier Detection, 1987, chapter 5).
 */

import { type DriftModel, powerLaw } from "./models.ts";
import { repeatedMedian } from "./repeated-median.ts";
import { fitSingle, type Series, type SingleFit } from "./single-fit.ts";

export interface RobustFit extends SingleFit {
  /** Numbers of the readings that were kept. */
  readonly kept: Uint16Array;
  /** Measured readings that were not. */
  readonly outliers: number;
}

/** A reading farther off than so many standard deviations of the device's own noise is left out: one of 16,000 that belong. */
export const outlierDeviations = 4;

const maxRounds = 10;

/** Fewer readings cannot outvote one. */
const fewestForOutliers = 5;

/**
 * @param measured numbers of the readings that have a value, rising, more of them than the law has parameters. @param nu typical exponent.
 */
export function fitRobust(model: DriftModel, series: Series, measured: Uint16Array, nu: number): RobustFit {
  const whole = fitSingle(model, series, measured, model.start(meanLevel(series, measured, nu), nu));
  const belongs = measured.every((i) => Math.abs(whole.deviations[i]!) <= outlierDeviations);
  if (belongs || measured.length < fewestForOutliers) return { ...whole, kept: measured, outliers: 0 };
  return fitAgreeing(model, series, measured);
}

/** ln G at the reference age of a power law through the mean of the readings. */
function meanLevel({ x, siemens }: Series, measured: Uint16Array, nu: number): number {
  const sum = measured.reduce((total, i) => total + siemens[i]! * Math.exp(nu * x[i]!), 0);
  return Math.log(sum / measured.length);
}

function fitAgreeing(model: DriftModel, series: Series, measured: Uint16Array): RobustFit {
  const line = repeatedMedian(
    Float64Array.from(measured, (i) => series.x[i]!),
    Float64Array.from(measured, (i) => Math.log(series.siemens[i]!)),
  );
  const start = model.start(line.intercept, -line.slope);
  const least = Math.max(model.parameters + 1, Math.ceil(measured.length / 2));
  let kept = nearLine(series, measured, powerLaw.start(line.intercept, -line.slope), least);
  let fit = fitSingle(model, series, kept, start);
  for (let round = 0; round < maxRounds; round++) {
    const next = agreeing(fit, kept, measured, model.parameters, least);
    if (sameNumbers(next, kept)) break;
    kept = next;
    fit = fitSingle(model, series, kept, start);
  }
  return { ...fit, kept, outliers: measured.length - kept.length };
}

/** Standard deviations of the readings from the line of medians, each by the noise that its age leads to. */
function nearLine(series: Series, measured: Uint16Array, power: Float64Array, least: number): Uint16Array {
  const n = series.x.length;
  const distances = series.x.map(
    (x, i) =>
      Math.abs(series.siemens[i]! * Math.exp(power[1]! * x - power[0]!) - 1) /
      Math.sqrt(series.covariance[i * n + i]!),
  );
  const sorted = Float64Array.from(measured, (i) => distances[i]!).sort();
  const scale = sorted[sorted.length >> 1]! / medianOfNormal;
  return within(distances, measured, outlierDeviations * scale, least);
}

const medianOfNormal = 0.6745;

function agreeing(
  { deviations, squares }: SingleFit,
  kept: Uint16Array,
  measured: Uint16Array,
  parameters: number,
  least: number,
): Uint16Array {
  const scale = Math.sqrt(squares / (kept.length - parameters));
  return within(deviations.map(Math.abs), measured, outlierDeviations * scale, least);
}

/** The numbers of those within a distance, and the nearest of all when these are too few. */
function within(
  distances: Float64Array,
  measured: Uint16Array,
  farthest: number,
  least: number,
): Uint16Array {
  const near = measured.filter((i) => distances[i]! <= farthest);
  if (near.length >= least) return near;
  return measured
    .slice()
    .sort((a, b) => distances[a]! - distances[b]!)
    .subarray(0, least)
    .sort();
}

const sameNumbers = (a: Uint16Array, b: Uint16Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
