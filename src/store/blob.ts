/** Typed arrays as little-endian bytes, the form of every BLOB in a store, and their checksum. */

import { endianness } from "node:os";
import { crc32 } from "node:zlib";
import { LabError } from "../core/errors.ts";

export type NumberArray = Uint8Array | Uint16Array | Float32Array;

const littleEndianHost = endianness() === "LE";

/** The elements as little-endian bytes; on a little-endian machine a view of the same memory. */
export function blobOf(array: NumberArray): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return littleEndianHost ? bytes : swapped(bytes, array.BYTES_PER_ELEMENT);
}

/** A copy of the bytes; unlike `slice` of a Buffer it never shares memory. */
export const uint8From = (blob: Uint8Array): Uint8Array => new Uint8Array(blob);

/** @throws LabError STORE when the bytes do not make whole elements. */
export function uint16From(blob: Uint8Array): Uint16Array {
  return new Uint16Array(alignedCopy(blob, Uint16Array.BYTES_PER_ELEMENT));
}

/** @throws LabError STORE when the bytes do not make whole elements. */
export function float32From(blob: Uint8Array): Float32Array {
  return new Float32Array(alignedCopy(blob, Float32Array.BYTES_PER_ELEMENT));
}

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
    `${what} is damaged: its checksum is ${hex(actual)} instead of ${hex(expected)}`,
    {
      next: "restore the store from a copy, or read the chip again",
    },
  );
}

function alignedCopy(blob: Uint8Array, elementBytes: number): ArrayBuffer {
  if (blob.byteLength % elementBytes !== 0) {
    throw new LabError(
      "STORE",
      `a BLOB of ${blob.byteLength} bytes is not made of ${elementBytes}-byte elements`,
      {
        next: "restore the store from a copy",
      },
    );
  }
  const copy = littleEndianHost ? new Uint8Array(blob) : swapped(blob, elementBytes);
  return copy.buffer;
}

function swapped(bytes: Uint8Array, elementBytes: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.byteLength);
  for (let start = 0; start < bytes.byteLength; start += elementBytes) {
    copy.set(bytes.subarray(start, start + elementBytes).toReversed(), start);
  }
  return copy;
}

const hex = (crc: number): string => crc.toString(16).padStart(8, "0");
