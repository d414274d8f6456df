/** How the committed network was trained. */

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
