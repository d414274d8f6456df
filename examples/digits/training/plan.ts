/** How the committed networks were trained. */

import type { TrainingPlan } from "./train-network.ts";

export const plan: TrainingPlan = {
  seed: 7,
  widths: [8, 16, 32],
  steps: 1000,
  batchSize: 50,
  peakLearningRate: 0.1,
  momentum: 0.9,
  weightDecay: 5e-4,
  weightNoise: 0.05,
  clip: 2,
  normMomentum: 0.1,
  settlingBatches: 40,
};

/** The one that fits 64 x 64 devices. */
export const tinyPlan: TrainingPlan = { ...plan, widths: [3, 5, 6], steps: 1600 };
