/** A long series made short: neighbours together, with the range that they span, so that no peak is lost. */

export interface Sample {
  readonly seconds: number;
  readonly value: number;
}

export interface Bucket {
  /** Mean of the times. */
  readonly seconds: number;
  readonly samples: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

/** @param samples by rising time. @param most buckets, each of equally many samples but the last. */
export function bucketed(samples: readonly Sample[], most: number): Bucket[] {
  const size = Math.max(1, Math.ceil(samples.length / most));
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, index) =>
    bucketOf(samples.slice(index * size, (index + 1) * size)),
  );
}

function bucketOf(samples: readonly Sample[]): Bucket {
  const values = samples.map(({ value }) => value);
  return {
    seconds: meanOf(samples.map(({ seconds }) => seconds)),
    samples: samples.length,
    low: Math.min(...values),
    mean: meanOf(values),
    high: Math.max(...values),
  };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
