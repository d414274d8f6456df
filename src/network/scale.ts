/** How many siemens one unit of weight is: one number for a layer, one for each output column, or one that clips the largest weights. */

import { LabError } from "../core/errors.ts";
import type { AnalogLayer } from "./layer.ts";

/**
 * layer: the largest |w| of the layer has the largest conductance (Joshi et al. 2020). column: that of each output column has
 * (aihwkit's columnwise weight scaling, FACTS 7.6). percentile: this percentile of |w| over the layer's non-zero weights has, and
 * what is above is clipped; the zeros of a pruned layer say nothing about its largest weights.
 */
export type Scale =
  | { readonly kind: "layer" }
  | { readonly kind: "column" }
  | { readonly kind: "percentile"; readonly percent: number };

/** Parses "layer", "column" or "percentile:99.9". @throws LabError USAGE when it is none of them, or not above 0 and up to 100. */
export function parseScale(text: string): Scale {
  if (text === "layer" || text === "column") return { kind: text };
  const percent = /^percentile:(\d+\.?\d*|\.\d+)$/.exec(text)?.[1];
  if (percent === undefined) {
    throw new LabError("USAGE", `"${text}" is not a scale`, {
      next: "choose layer, column, or a percentile such as percentile:99.9",
    });
  }
  return { kind: "percentile", percent: checkedPercent(Number(percent)) };
}

export const scaleText = (scale: Scale): string =>
  scale.kind === "percentile" ? `percentile:${scale.percent}` : scale.kind;

/**
 * The |w| of each column that gets the largest conductance; 0 where there are only zeros.
 * @throws LabError USAGE for a percentile that is not above 0 and up to 100.
 */
export function referenceMagnitudes({ weights, columns }: AnalogLayer, scale: Scale): Float64Array {
  switch (scale.kind) {
    case "layer":
      return new Float64Array(columns).fill(largestMagnitude(weights));
    case "column":
      return columnMagnitudes(weights, columns);
    case "percentile":
      return new Float64Array(columns).fill(percentileMagnitude(weights, checkedPercent(scale.percent)));
  }
}

function checkedPercent(percent: number): number {
  if (percent > 0 && percent <= 100) return percent;
  throw new LabError("USAGE", `the percentile ${percent} is not above 0 and up to 100`, {
    next: "choose one such as percentile:99.9; percentile:100 clips nothing",
  });
}

function largestMagnitude(weights: Float32Array): number {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  return largest;
}

function columnMagnitudes(weights: Float32Array, columns: number): Float64Array {
  const largest = new Float64Array(columns);
  for (let index = 0; index < weights.length; index++) {
    const column = index % columns;
    largest[column] = Math.max(largest[column]!, Math.abs(weights[index]!));
  }
  return largest;
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, NumPy's default). */
function percentileMagnitude(weights: Float32Array, percent: number): number {
  const sorted = weights
    .filter((weight) => weight !== 0)
    .map(Math.abs)
    .sort();
  const position = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}
