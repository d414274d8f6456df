/** Adaptive batch normalisation statistics (AdaBS, Joshi et al. 2020): running statistics move towards those of calibration batches. */

/** One value for each channel. */
export interface ChannelStatistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** What the stored statistics keep in total after all batches: 1.5 %. */
const remainder = 0.015;

/** The weight p that the running value keeps at each of n batches: p^n = 0.015, so p = 0.7239 for the paper's 13 batches. */
export function adabsMomentum(batches: number): number {
  return remainder ** (1 / batches);
}

/** running <- p running + (1 - p) batch, for mean and variance of every channel. `batch` has the unbiased variance. */
export function adaptStatistics(
  running: ChannelStatistics,
  batchMean: Float32Array,
  batchVariance: Float32Array,
  p: number,
): ChannelStatistics {
  return {
    mean: mixed(running.mean, batchMean, p),
    variance: mixed(running.variance, batchVariance, p),
  };
}

/**
 * Unbiased from biased variance over `count` values (batch x height x width). PyTorch normalises a training batch with the
 * biased variance but moves running_var towards the unbiased one (torch.nn.BatchNorm2d); AdaBS was published with PyTorch
 * networks, so we do the same. At 200 images of 8 x 8 pixels the two differ by 0.008 %.
 */
export function unbiasedVariance(biased: Float32Array, count: number): Float32Array {
  const factor = count > 1 ? count / (count - 1) : 1;
  return biased.map((value) => value * factor);
}

function mixed(running: Float32Array, batch: Float32Array, p: number): Float32Array {
  if (running.length !== batch.length) {
    throw new TypeError(`${running.length} running and ${batch.length} batch statistics`);
  }
  return running.map((value, channel) => p * value + (1 - p) * batch[channel]!);
}
