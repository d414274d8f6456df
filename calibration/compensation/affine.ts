/** One scale and one offset for each column of a layer, so that its outputs have the mean and the spread that they should have. */

import type { ChannelStatistics } from "./adabs.ts";

/** corrected = scale x output + offset, for each column. */
export interface AffineCorrection {
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/** A column whose outputs hardly vary beside those that it should have says nothing about its scale. */
const leastSpread = 1e-6;

/**
 * @param wanted mean and variance of each column's outputs over calibration images in the digital network.
 * @param measured the same through the weights of the chip.
 * @throws TypeError when they have different numbers of columns.
 */
export function affineCorrection(wanted: ChannelStatistics, measured: ChannelStatistics): AffineCorrection {
  if (wanted.mean.length !== measured.mean.length)
    throw new TypeError(`${wanted.mean.length} columns are wanted, ${measured.mean.length} were measured`);
  const scale = measured.variance.map((variance, column) => {
    const aim = wanted.variance[column]!;
    return variance > leastSpread * aim && aim > 0 ? Math.sqrt(aim / variance) : 1;
  });
  const offset = measured.mean.map((mean, column) => wanted.mean[column]! - scale[column]! * mean);
  return { scale, offset };
}

/** Statistics of several batches as those of one: the mean of the variances and the variance of the means. */
export function pooledStatistics(batches: readonly ChannelStatistics[]): ChannelStatistics {
  const [first] = batches;
  if (first === undefined) throw new TypeError("no batch has statistics");
  const average = (of: (one: ChannelStatistics) => Float32Array): Float32Array =>
    first.mean.map((_, channel) => batches.reduce((sum, one) => sum + of(one)[channel]!, 0) / batches.length);
  const mean = average((one) => one.mean);
  const within = average((one) => one.variance);
  const between = average((one) => one.mean.map((value, channel) => (value - mean[channel]!) ** 2));
  return { mean, variance: within.map((value, channel) => value + between[channel]!) };
}
