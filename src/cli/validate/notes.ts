/** What the readings of a source cannot tell apart, with the size of it. */

import { formatDuration, microsiemens } from "../../core/units.ts";
import type { ValidatedSource } from "../../store/validation-document.ts";

const at = (ageSeconds: number): string =>
  ageSeconds === 0 ? "right after programming" : `at ${formatDuration(ageSeconds)}`;

export function notesOf({ name, reading }: ValidatedSource, ageSeconds: number): string[] {
  const { readings, measuredSiemens, publishedSiemens, errorSiemens } = reading;
  const micro = (siemens: number): string => `${microsiemens(siemens).toPrecision(2)} µS`;
  const share = (siemens: number): string =>
    `${((100 * siemens ** 2) / Math.max(errorSiemens, Number.MIN_VALUE) ** 2).toFixed(0)} % of the squared error`;
  if (measuredSiemens === null)
    return [
      `${name}: one reading ${at(ageSeconds)} cannot be told from its noise, which is part of programming and drift above; the published law expects ${micro(publishedSiemens)} rms of a device, of ${micro(errorSiemens)} in all (${share(publishedSiemens)}). More readings at that time tell them apart`,
    ];
  return [
    `${name}: the noise of a reading is ${micro(measuredSiemens)} rms of a device, measured from ${readings} readings ${at(ageSeconds)}, of ${micro(errorSiemens)} in all (${share(measuredSiemens)}); 1/f noise that is slower than these readings counts as drift, and that of the one reading right after programming as programming`,
  ];
}
