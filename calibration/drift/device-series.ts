/** The readings of one device with its own ages. */

import type { AgeBlock } from "./age-blocks.ts";
import { type DriftReadings, isMeasured } from "./readings.ts";

export interface DeviceSeries {
  /** ln of the age (s) of each reading. */
  readonly lnAges: Float64Array;
  /** S. */
  readonly siemens: Float64Array;
  /** Numbers of the readings that have a value. */
  readonly measured: Uint16Array;
}

export function deviceSeries(
  { reads, siemens, devices }: DriftReadings,
  { from, to, ages }: AgeBlock,
  device: number,
): DeviceSeries {
  const middle = Math.floor((from + to - 1) / 2);
  const values = Float64Array.from(reads, (_, r) => siemens[r * devices + device]!);
  return {
    lnAges: Float64Array.from(reads, (read, r) =>
      Math.log(ages[r]! + (device - middle) * read.ageStepSeconds),
    ),
    siemens: values,
    measured: Uint16Array.from(reads.keys()).filter((r) => isMeasured(values[r]!)),
  };
}
