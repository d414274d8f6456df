/** Typed arrays as little-endian bytes, the form of every BLOB in a store, and their checksum. */

import { crc32 } from "node:zlib";
import {
  float32FromLittleEndian,
  float64FromLittleEndian,
  int16FromLittleEndian,
  littleEndianBytes,
  uint16FromLittleEndian,
  uint32FromLittleEndian,
} from "../core/bytes.ts";
import { LabError, textOf } from "../core/errors.ts";

/** The elements as little-endian bytes; on a little-endian machine a view of the same memory. */
export const blobOf: (
  array: Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Float32Array | Float64Array,
) => Uint8Array = littleEndianBytes;

/** A copy of the bytes; unlike `slice` of a Buffer it never shares memory. */
export const uint8From = (blob: Uint8Array): Uint8Array => new Uint8Array(blob);

/** A copy of the bytes as signed numbers. */
export const int8From = (blob: Uint8Array): Int8Array => new Int8Array(blob);

/** @throws LabError STORE when the bytes do not make whole elements. */
export const int16From = (blob: Uint8Array): Int16Array => whole(blob, int16FromLittleEndian);

/** @throws LabError STORE when the bytes do not make whole elements. */
export const uint16From = (blob: Uint8Array): Uint16Array => whole(blob, uint16FromLittleEndian);

/** @throws LabError STORE when the bytes do not make whole elements. */
export const uint32From = (blob: Uint8Array): Uint32Array => whole(blob, uint32FromLittleEndian);

/** @throws LabError STORE when the bytes do not make whole elements. */
export const float32From = (blob: Uint8Array): Float32Array => whole(blob, float32FromLittleEndian);

/** @throws LabError STORE when the bytes do not make whole elements. */
export const float64From = (blob: Uint8Array): Float64Array => whole(blob, float64FromLittleEndian);

/** CRC-32 (ISO 3309, as in zlib and PNG) of several byte strings one after the other. */
export function checksum(...blobs: readonly Uint8Array[]): number {
  return blobs.reduce((crc, blob) => crc32(blob, crc), 0);
}

/** @throws LabError STORE when the bytes are not those that the checksum was made of. */
export function assertChecksum(what: string, expected: number, ...blobs: readonly Uint8Array[]): void {
  const actual = checksum(...blobs);
  if (actual === expected) return;
  throw new LabError(
    "STORE",
    `${what} is damaged: its checksum is ${checksumText(actual)} instead of ${checksumText(expected)}`,
    {
      next: "restore the store from a copy, or read the chip again",
    },
  );
}

function whole<Values>(blob: Uint8Array, convert: (bytes: Uint8Array) => Values): Values {
  try {
    return convert(blob);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new LabError("STORE", `a BLOB is damaged: ${textOf(cause)}`, {
      next: "restore the store from a copy",
      cause,
    });
  }
}

/** As people compare it. */
export const checksumText = (crc: number): string => crc.toString(16).padStart(8, "0");
