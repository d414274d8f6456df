/** A rough PCM chip for judging a trained network: programming noise, drift, and the two usual compensations. */

import type { Prng } from "../../../src/core/prng.ts";
import type { LabelledImages } from "../dataset.ts";
import { updateRunning } from "./batch-norm.ts";
import { train } from "./forward.ts";
import { inputBatch, slice } from "./images.ts";
import type { Network } from "./network.ts";
import type { Parameter, WeightsOf } from "./parameter.ts";
import { largestMagnitude } from "./weight-noise.ts";

export interface RoughChip {
  /** Standard deviation of the programming error over the largest magnitude of the layer. */
  readonly programmingNoise: number;
  readonly meanNu: number;
  /** Standard deviation of nu over its mean. */
  readonly nuSpread: number;
}

/** (W + noise) ((t + t0) / t0)^-nu with t0 = 20 s, and a nu of its own for every weight. */
export function driftedWeights(
  weights: readonly Parameter[],
  chip: RoughChip,
  seconds: number,
  prng: Prng,
): WeightsOf {
  const age = (seconds + 20) / 20;
  const drifted = new Map(
    weights.map((weight) => {
      const sigma = chip.programmingNoise * largestMagnitude(weight.value);
      const one = (value: number): number =>
        (value + sigma * prng.normal()) * age ** (-chip.meanNu * (1 + chip.nuSpread * prng.normal()));
      return [weight, weight.value.map(one)];
    }),
  );
  return (weight) => drifted.get(weight) ?? weight.value;
}

/** One factor per layer, the ratio of the summed magnitudes wanted and found. */
export function globallyCompensated(weightsOf: WeightsOf): WeightsOf {
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + Math.abs(value), 0);
  return (weight) => {
    const found = weightsOf(weight);
    const factor = total(weight.value) / total(found);
    return found.map((value) => value * factor);
  };
}

/** AdaBS (Joshi et al. 2020) as in section 1.7 of FACTS: 13 batches, p = 0.015^(1/13), from the stored statistics on, in place. */
export function adaptStatistics(network: Network, images: LabelledImages, weightsOf: WeightsOf): void {
  const batches = 13;
  const size = images.labels.length / batches;
  const momentum = 1 - 0.015 ** (1 / batches);
  const inputs = inputBatch(images.pixels, images.side);
  for (let batch = 0; batch < batches; batch++) {
    train(network, slice(inputs, batch * size, (batch + 1) * size), weightsOf, (norm, seen) =>
      updateRunning(norm, seen, momentum),
    );
  }
}
