/** What the devices of a region were read as, again and again, in the form that the fits of their drift want. */

/** One reading of all devices. Devices are read one after the other, so each has an age of its own. */
export interface DriftRead {
  /** Seconds between the last pulse of device 0 and the middle of its conversions. */
  readonly firstAgeSeconds: number;
  /** By how much the age of a device is above that of the one before it; negative where pulses took longer than readings do. */
  readonly ageStepSeconds: number;
  /** Conversions that were averaged. */
  readonly averages: number;
  /** Rms noise of the averaged reading that has no memory: quantisation and front end (S). */
  readonly whiteSiemens: number;
}

export interface DriftReadings {
  readonly devices: number;
  readonly reads: readonly DriftRead[];
  /**
   * Conductance (S) of device d in read r at [r * devices + d]. At or below 0, or infinite: the converter was at an end of its range, and
   * all that is known is on which side the conductance lay.
   */
  readonly siemens: Float32Array;
}

/** A reading that has a value, and not only a side. */
export const isMeasured = (siemens: number): boolean => siemens > 0 && siemens < Number.POSITIVE_INFINITY;

export const ageOf = ({ firstAgeSeconds, ageStepSeconds }: DriftRead, device: number): number =>
  firstAgeSeconds + device * ageStepSeconds;

/** @throws RangeError when there is not one conductance for each device and read, or a device is read before its last pulse. */
export function assertReadings({ devices, reads, siemens }: DriftReadings): void {
  if (siemens.length !== devices * reads.length)
    throw new RangeError(`${siemens.length} conductances for ${reads.length} reads of ${devices} devices`);
  for (const read of reads)
    if (!(Math.min(ageOf(read, 0), ageOf(read, devices - 1)) > 0))
      throw new RangeError(`a read ${read.firstAgeSeconds} s after the pulses of its first device`);
}
