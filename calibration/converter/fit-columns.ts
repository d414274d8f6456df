/**
 * Gain and offset of the converter of every bit line, from mean codes of references: code = offset + gain x nominal code, by
 * weighted least squares. A reference is uncertain by the noise of its mean, by rounding that noise does not average away, and by its own
 * tolerance, which grows with its conductance.
 */

import { fitLine, type Line } from "./line-fit.ts";
import { roundingVariance, singleRoundingVariance } from "./quantisation.ts";
import type { ReferencePoints } from "./reference-points.ts";

/** What the fit needs to know of an ideal converter and of the references. */
export interface FitConditions {
  readonly nominalSiemensPerCode: number;
  readonly largestCode: number;
  readonly referenceTolerance: number;
  /** Standard deviations that keep conversions off the ends of the range. */
  readonly significance: number;
}

export interface ColumnFit {
  /** Undefined with fewer than two references inside the range. */
  readonly line: Line | undefined;
  /** References that the fit rests on. */
  readonly used: readonly number[];
  /** Largest distance of a reference from the line, codes, and the same in standard deviations; 0 with two references. */
  readonly residualCodes: number;
  readonly residualDeviations: number;
}

/** Rms noise of one conversion of each bit line, codes, rounding included; NaN where no reference is inside the range. */
export function noiseOfColumns(points: ReferencePoints, largestCode: number): Float64Array {
  const { columns, siemens, meanCodes, variance } = points;
  const noise = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    let count = 0;
    for (let reference = 0; reference < siemens.length; reference++) {
      const mean = meanCodes[reference * columns + column]!;
      if (!(mean > 1 && mean < largestCode - 1)) continue;
      sum += variance[reference * columns + column]!;
      count++;
    }
    noise[column] = Math.sqrt(sum / count);
  }
  return noise;
}

/** One fit for each bit line. @param noiseCodes of `noiseOfColumns`. */
export function fitColumns(
  points: ReferencePoints,
  noiseCodes: Float64Array,
  conditions: FitConditions,
): ColumnFit[] {
  return Array.from(noiseCodes, (noise, column) => fitColumn(points, column, noise, conditions));
}

function fitColumn(
  points: ReferencePoints,
  column: number,
  noiseCodes: number,
  conditions: FitConditions,
): ColumnFit {
  const { siemens, meanCodes, columns } = points;
  const used = usableReferences(points, column, noiseCodes, conditions);
  const x = used.map((reference) => siemens[reference]! / conditions.nominalSiemensPerCode);
  const y = used.map((reference) => meanCodes[reference * columns + column]!);
  const meanVariance = meanCodeVariance(noiseCodes, points.conversions);
  const mismatch = conditions.referenceTolerance * roughGain(x, y);
  const variance = x.map((nominalCodes) => meanVariance + (mismatch * nominalCodes) ** 2);
  const line = fitLine(x, y, variance);
  const residuals =
    line === undefined ? [] : y.map((codes, n) => codes - line.intercept - line.slope * x[n]!);
  const checked = used.length > 2 ? residuals : [];
  return {
    line,
    used,
    residualCodes: Math.max(0, ...checked.map(Math.abs)),
    residualDeviations: Math.max(0, ...checked.map((codes, n) => Math.abs(codes) / Math.sqrt(variance[n]!))),
  };
}

/** Those whose conversions all lie inside the range: at its ends a mean says nothing. */
function usableReferences(
  { siemens, meanCodes, columns }: ReferencePoints,
  column: number,
  noiseCodes: number,
  { largestCode, significance }: FitConditions,
): number[] {
  const margin = 0.5 + significance * noiseCodes;
  return [...siemens.keys()].filter((reference) => {
    const mean = meanCodes[reference * columns + column]!;
    return mean > margin && mean < largestCode - margin;
  });
}

/** Slope through the outermost references, good enough for weights. */
function roughGain(x: readonly number[], y: readonly number[]): number {
  const low = x.indexOf(Math.min(...x));
  const high = x.indexOf(Math.max(...x));
  return (y[high]! - y[low]!) / (x[high]! - x[low]!);
}

/** Variance of a mean of conversions: of their noise, which averages away, and of what rounding leaves. */
export function meanCodeVariance(noiseCodes: number, conversions: number): number {
  const beforeRounding = Math.sqrt(Math.max(0, noiseCodes ** 2 - singleRoundingVariance));
  return noiseCodes ** 2 / conversions + roundingVariance(beforeRounding);
}
