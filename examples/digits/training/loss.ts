/** Softmax cross entropy and accuracy. */

import { type Batch, withData } from "./batch.ts";

export interface Loss {
  /** The mean over the batch, in nats. */
  readonly value: number;
  /** Of the mean with respect to the logits. */
  readonly gradient: Batch;
}

/** `logits` is count x classes x 1 x 1, `labels` holds count classes. */
export function crossEntropy(logits: Batch, labels: Uint8Array): Loss {
  const { count, channels: classes } = logits;
  const gradient = new Float64Array(logits.data.length);
  let value = 0;
  for (let n = 0; n < count; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const peak = Math.max(...row);
    const powers = row.map((logit) => Math.exp(logit - peak));
    const total = powers.reduce((sum, power) => sum + power, 0);
    const label = labels[n]!;
    value -= Math.log(powers[label]! / total) / count;
    for (let k = 0; k < classes; k++) {
      gradient[n * classes + k] = (powers[k]! / total - (k === label ? 1 : 0)) / count;
    }
  }
  return { value, gradient: withData(logits, gradient) };
}

/** How many images have their largest logit at their label. */
export function countCorrect(logits: Batch, labels: Uint8Array): number {
  const classes = logits.channels;
  let correct = 0;
  for (let n = 0; n < logits.count; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    if (row.indexOf(Math.max(...row)) === labels[n]) correct++;
  }
  return correct;
}
