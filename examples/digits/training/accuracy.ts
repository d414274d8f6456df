/** The accuracy of a network on labelled images. */

import type { LabelledImages } from "../dataset.ts";
import { infer } from "./forward.ts";
import { inputBatch, slice } from "./images.ts";
import { countCorrect } from "./loss.ts";
import type { Network } from "./network.ts";
import type { WeightsOf } from "./parameter.ts";

const batchSize = 100;

/** The fraction of right answers, with the stored batch-norm statistics. */
export function accuracyOn(
  network: Network,
  { pixels, side, labels }: LabelledImages,
  weightsOf: WeightsOf,
): number {
  const images = inputBatch(pixels, side);
  let correct = 0;
  for (let from = 0; from < images.count; from += batchSize) {
    const logits = infer(network, slice(images, from, from + batchSize), weightsOf);
    correct += countCorrect(logits, labels.subarray(from, from + batchSize));
  }
  return correct / images.count;
}
