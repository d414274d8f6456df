/** The fit of every device of a region, as BLOBs with one checksum. */

import { z } from "zod";
import { assertChecksum, blobOf, checksum, float32From, uint8From, uint16From } from "./blob.ts";
import type { DriftDevices } from "./drift-rows.ts";
import { blobColumn, countColumn } from "./identity.ts";

/** The values of the columns that hold devices. @throws RangeError when an array has another length. */
export function deviceBlobs(devices: DriftDevices, count: number) {
  for (const [name, values] of Object.entries(devices))
    if (values instanceof Object && "length" in values && values.length !== count)
      throw new RangeError(`${name} has ${values.length} elements for ${count} devices`);
  const third = devices.third.every(Number.isNaN) ? null : blobOf(devices.third);
  const blobs = {
    levels: blobOf(devices.levels),
    models: blobOf(devices.models),
    nu: blobOf(devices.nu),
    nuError: blobOf(devices.nuError),
    siemens: blobOf(devices.siemens),
    siemensError: blobOf(devices.siemensError),
    third,
    thirdError: third === null ? null : blobOf(devices.thirdError),
    factor: blobOf(devices.factor),
    noise: blobOf(devices.noise),
    readings: blobOf(devices.readings),
    outlierReadings: blobOf(devices.outlierReadings),
    marks: blobOf(devices.marks),
  };
  return { ...blobs, crc32: checksum(...Object.values(blobs).filter((blob) => blob !== null)) };
}

export const deviceRow = z.object({
  levels: blobColumn,
  models: blobColumn,
  nu: blobColumn,
  nu_error: blobColumn,
  siemens: blobColumn,
  siemens_error: blobColumn,
  third: blobColumn.nullable(),
  third_error: blobColumn.nullable(),
  interval_factor: blobColumn,
  noise: blobColumn,
  readings: blobColumn,
  outlier_readings: blobColumn,
  marks: blobColumn,
  crc32: countColumn,
});

/** @param what names it in an error. @throws LabError STORE when the checksum does not fit. */
export function devicesOf(what: string, row: z.infer<typeof deviceRow>): DriftDevices {
  const { crc32, ...blobs } = row;
  assertChecksum(what, crc32, ...Object.values(blobs).filter((blob) => blob !== null));
  const unknown = (): Float32Array => new Float32Array(row.levels.length).fill(Number.NaN);
  return {
    levels: uint8From(row.levels),
    models: uint8From(row.models),
    nu: float32From(row.nu),
    nuError: float32From(row.nu_error),
    siemens: float32From(row.siemens),
    siemensError: float32From(row.siemens_error),
    third: row.third === null ? unknown() : float32From(row.third),
    thirdError: row.third_error === null ? unknown() : float32From(row.third_error),
    factor: float32From(row.interval_factor),
    noise: float32From(row.noise),
    readings: uint16From(row.readings),
    outlierReadings: uint16From(row.outlier_readings),
    marks: uint8From(row.marks),
  };
}
