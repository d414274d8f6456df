/** Global drift compensation: one factor for each layer (Le Gallo et al. 2018, AEM 4:1700627; aihwkit GlobalDriftCompensation). */

/**
 * alpha = mean |w| at the reference time over mean |w| now; the layer's outputs, or its effective weights, are multiplied by it.
 * This is aihwkit's reading with one-hot inputs, for which the outputs are the weights themselves: y_ij = w_ij. Both means are
 * taken as at least 1e-4 of the largest reference value (aihwkit: 1e-4 with the largest weight at 1), so that a layer whose
 * devices have lost everything is not blown up without bound.
 * @param reference weights (any unit) at the reference time: read right after programming, or the ideal ones.
 * @param now the same weights, in the same unit and order, at the time of inference.
 * @throws TypeError when the two have different lengths.
 */
export function gdcScale(reference: Float32Array, now: Float32Array): number {
  if (reference.length !== now.length) {
    throw new TypeError(`the reference has ${reference.length} weights, the reading ${now.length}`);
  }
  const floor = 1e-4 * largestMagnitude(reference);
  // A layer of zeros has nothing to compensate.
  if (floor === 0) return 1;
  return Math.max(meanMagnitude(reference), floor) / Math.max(meanMagnitude(now), floor);
}

function meanMagnitude(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum / values.length;
}

function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
