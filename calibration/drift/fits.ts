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

/** Puts the fits of a part of the devices into those of all, in place. @param first number of its first device. */
export function putFits(all: DriftFits, first: number, part: DriftFits): void {
  all.models.set(part.models, first);
  all.nu.set(part.nu, first);
  all.nuError.set(part.nuError, first);
  all.siemens.set(part.siemens, first);
  all.siemensError.set(part.siemensError, first);
  all.third.set(part.third, first);
  all.thirdError.set(part.thirdError, first);
  all.factor.set(part.factor, first);
  all.noise.set(part.noise, first);
  all.readings.set(part.readings, first);
  all.outlierReadings.set(part.outlierReadings, first);
  all.marks.set(part.marks, first);
}
