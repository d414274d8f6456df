/** The training loop. */

import { type Prng, seededPrng } from "../../../src/core/prng.ts";
import type { LabelledImages } from "../dataset.ts";
import { type BatchNorm, updateRunning } from "./batch-norm.ts";
import { train } from "./forward.ts";
import { inputBatch } from "./images.ts";
import { crossEntropy } from "./loss.ts";
import { analogWeights, createNetwork, digitalParameters, type Network } from "./network.ts";
import { descent, learningRateAt } from "./optimiser.ts";
import { exactWeights, type Parameter } from "./parameter.ts";
import { clipWeights, noisyWeights } from "./weight-noise.ts";

export interface TrainingPlan {
  readonly seed: number;
  readonly widths: readonly number[];
  readonly steps: number;
  readonly batchSize: number;
  readonly peakLearningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Standard deviation of the weight noise over the largest magnitude of the layer. */
  readonly weightNoise: number;
  /** Weights are clipped to +- so many standard deviations of their layer. */
  readonly clip: number;
  readonly normMomentum: number;
  /** How many batches without noise the final batch-norm statistics are the mean of. */
  readonly settlingBatches: number;
}

/** Called after every step with the number of steps done and the loss of the step in nats. */
export type Progress = (step: number, loss: number) => void;

/** Images `first` to `first + count - 1` of the stream of training images. */
export type TrainingImages = (first: number, count: number) => LabelledImages;

/** Trains on the next images of the stream at every step. */
export function trainNetwork(plan: TrainingPlan, images: TrainingImages, progress: Progress): Network {
  const prng = seededPrng(plan.seed);
  const network = createNetwork(plan.widths, 10, prng);
  const weights = analogWeights(network);
  const move = descent(weights, digitalParameters(network), plan);
  for (let step = 0; step < plan.steps; step++) {
    const loss = learn(network, weights, images(step * plan.batchSize, plan.batchSize), plan, prng);
    move(learningRateAt(step, plan.steps, plan.peakLearningRate));
    for (const weight of weights) clipWeights(weight, plan.clip);
    progress(step + 1, loss);
  }
  settleStatistics(network, plan, images);
  return network;
}

/** Adds the gradients of one batch at noisy weights and returns its loss. */
function learn(
  network: Network,
  weights: readonly Parameter[],
  { pixels, side, labels }: LabelledImages,
  plan: TrainingPlan,
  prng: Prng,
): number {
  const observe = (norm: BatchNorm, seen: Parameters<typeof updateRunning>[1]): void =>
    updateRunning(norm, seen, plan.normMomentum);
  const noisy = noisyWeights(weights, plan.weightNoise, prng);
  const { output, backward } = train(network, inputBatch(pixels, side), noisy, observe);
  const { value, gradient } = crossEntropy(output, labels);
  backward(gradient);
  return value;
}

/**
 * Takes the running statistics anew with the final weights and no noise, as the plain mean over some batches: those left by
 * training are of noisy weights and remember about ten batches only.
 */
function settleStatistics(network: Network, plan: TrainingPlan, images: TrainingImages): void {
  for (let round = 0; round < plan.settlingBatches; round++) {
    const { pixels, side } = images((plan.steps + round) * plan.batchSize, plan.batchSize);
    train(network, inputBatch(pixels, side), exactWeights, (norm, seen) =>
      updateRunning(norm, seen, 1 / (round + 1)),
    );
  }
}
