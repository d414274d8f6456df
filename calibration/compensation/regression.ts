/** The line through each channel's wanted values over those that it has: least squares, from moments of batches. */

/** Of one channel after the other, over all values of a batch. */
export interface JointStatistics {
  /** Of what the channel has. */
  readonly mean: Float32Array;
  /** Biased. */
  readonly variance: Float32Array;
  /** Of what it should have. */
  readonly wantedMean: Float32Array;
  /** Biased, of what it has with what it should have. */
  readonly covariance: Float32Array;
}

/** Batches of one size as one: covariances within and between them. @throws TypeError without a batch. */
export function pooledJointly(batches: readonly JointStatistics[]): JointStatistics {
  const [first] = batches;
  if (first === undefined) throw new TypeError("no batch has statistics");
  const average = (of: (one: JointStatistics, channel: number) => number): Float32Array =>
    first.mean.map((_, channel) => batches.reduce((sum, one) => sum + of(one, channel), 0) / batches.length);
  const mean = average((one, channel) => one.mean[channel]!);
  const wantedMean = average((one, channel) => one.wantedMean[channel]!);
  const apart = (one: JointStatistics, channel: number): number => one.mean[channel]! - mean[channel]!;
  return {
    mean,
    wantedMean,
    variance: average((one, channel) => one.variance[channel]! + apart(one, channel) ** 2),
    covariance: average(
      (one, channel) =>
        one.covariance[channel]! + apart(one, channel) * (one.wantedMean[channel]! - wantedMean[channel]!),
    ),
  };
}

/** Slope of each channel's line through both means; 0 for a channel without variance, which says nothing about it. */
export const regressionSlope = ({ variance, covariance }: JointStatistics): Float32Array =>
  variance.map((spread, channel) => (spread > 0 ? covariance[channel]! / spread : 0));
