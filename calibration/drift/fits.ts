/** The fits of many devices, as flat arrays. */

/** One element for each device; NaN where a device has no fit. */
export interface DriftFits {
  readonly referenceSeconds: number;
  /** Law of each device, by its place in `modelNames`. */
  readonly models: Uint8Array;
  /** Exponent nu and its standard error: at the reference age with a floor, before the break with two. */
  readonly nu: Float32Array;
  readonly nuError: Float32Array;
  /** Conductance at the reference age (S), and its standard error. */
  readonly siemens: Float32Array;
  readonly siemensError: Float32Array;
  /** The third parameter: share of the conductance that does not drift (`floor`), or exponent after the break (`two`). */
  readonly third: Float32Array;
  readonly thirdError: Float32Array;
  /** Standard errors to either side of an estimate that make an interval which holds the truth in 95 of 100 cases. */
  readonly factor: Float32Array;
  /** Standard deviation of a reading of the device around its fit, relative to the conductance. */
  readonly noise: Float32Array;
  /** Readings that count. */
  readonly readings: Uint16Array;
  /** Measured readings that do not belong. */
  readonly outlierReadings: Uint16Array;
  /** Bits of `markBit`. */
  readonly marks: Uint8Array;
}

/** Without a single fit yet. */
export function emptyFits(devices: number, referenceSeconds: number): DriftFits {
  const unknown = (): Float32Array => new Float32Array(devices).fill(Number.NaN);
  return {
    referenceSeconds,
    models: new Uint8Array(devices),
    nu: unknown(),
    nuError: unknown(),
    siemens: unknown(),
    siemensError: unknown(),
    third: unknown(),
    thirdError: unknown(),
    factor: unknown(),
    noise: unknown(),
    readings: new Uint16Array(devices),
    outlierReadings: new Uint16Array(devices),
    marks: new Uint8Array(devices),
  };
}

/** The fits of devices from <= d < to: views, into which may be written. */
export const fitsOf = (fits: DriftFits, from: number, to: number): DriftFits => ({
  referenceSeconds: fits.referenceSeconds,
  models: fits.models.subarray(from, to),
  nu: fits.nu.subarray(from, to),
  nuError: fits.nuError.subarray(from, to),
  siemens: fits.siemens.subarray(from, to),
  siemensError: fits.siemensError.subarray(from, to),
  third: fits.third.subarray(from, to),
  thirdError: fits.thirdError.subarray(from, to),
  factor: fits.factor.subarray(from, to),
  noise: fits.noise.subarray(from, to),
  readings: fits.readings.subarray(from, to),
  outlierReadings: fits.outlierReadings.subarray(from, to),
  marks: fits.marks.subarray(from, to),
});
