/** Noise-aware training (Joshi et al. 2020): weights as imprecise as programmed ones, and clipped so that few devices stand out. */

import type { Prng } from "../../../src/core/prng.ts";
import type { Parameter, WeightsOf } from "./parameter.ts";

/** Weights with normal noise of standard deviation `relative` times the largest magnitude of their layer. */
export function noisyWeights(weights: readonly Parameter[], relative: number, prng: Prng): WeightsOf {
  const drawn = new Map(
    weights.map((weight) => {
      const sigma = relative * largestMagnitude(weight.value);
      return [weight, weight.value.map((value) => value + sigma * prng.normal())];
    }),
  );
  return (weight) => drawn.get(weight) ?? weight.value;
}

/** Clips the weights of one layer to +- `limit` standard deviations of that layer, in place as part of the update. */
export function clipWeights({ value }: Parameter, limit: number): void {
  const mean = value.reduce((sum, weight) => sum + weight, 0) / value.length;
  const sigma = Math.sqrt(value.reduce((sum, weight) => sum + (weight - mean) ** 2, 0) / value.length);
  const bound = limit * sigma;
  for (let i = 0; i < value.length; i++) value[i] = Math.min(Math.max(value[i]!, -bound), bound);
}

export function largestMagnitude(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
