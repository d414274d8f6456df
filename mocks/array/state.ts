/**
 * A whole emulated chip as bytes. In order: a line with the version of the format; the length of the header, 32 bits; the
 * header, JSON in UTF-8; the arrays of the devices in the order of the header; SHA-256 of everything before. All numbers are
 * little-endian on every machine.
 */

import { createHash } from "node:crypto";
import { endianness } from "node:os";
import { z } from "zod";
import type { PulseRecord } from "../../firmware-protocol/operation/pulse-reply.ts";
import { bytesOf, concatBytes } from "../../src/core/bytes.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import {
  arrayOfType,
  bytesOfType,
  type DeviceArray,
  type DeviceArrays,
  deviceArrayTypes,
  typeOfArray,
} from "./device-arrays.ts";
import { type ChipProfile, parseProfile } from "./profile.ts";

export interface ChipState {
  readonly profile: ChipProfile;
  readonly seed: number;
  /** Tells the chip from others of the same profile and seed; missing in states of older versions. */
  readonly life?: string | undefined;
  readonly chipSeconds: number;
  /** When it was saved (s since 1970); missing in states of older versions and of chips that nobody saves to a file. */
  readonly savedWallSeconds?: number | undefined;
  /** The record by which a repeated operation id is answered. */
  readonly lastPulse: PulseRecord | undefined;
  readonly arrays: DeviceArrays;
}

const signature = "pcmlab-chip-state ";
const formatLine = bytesOf(`${signature}1\n`);
const lengthBytes = 4;
const largestHeaderBytes = 1 << 20;
const checksumBytes = 32;

const natural = z.number().int().nonnegative();
const headerSchema = z.strictObject({
  profile: z.unknown(),
  seed: natural,
  life: z.string().optional(),
  chipSeconds: z.number().nonnegative(),
  savedWallSeconds: z.number().optional(),
  lastPulse: z
    .strictObject({
      operationId: natural,
      pulses: natural,
      startSeconds: z.number().nonnegative(),
      endSeconds: z.number().nonnegative(),
      messageCrc: natural,
    })
    .nullable(),
  arrays: z
    .array(z.strictObject({ name: z.string(), type: z.enum(deviceArrayTypes), length: natural }))
    .max(256),
});
type Header = z.infer<typeof headerSchema>;

/** True for any version of the format. */
export const looksLikeState = (bytes: Uint8Array): boolean =>
  bytesOf(signature).every((byte, i) => bytes[i] === byte);

export function encodeState(state: ChipState): Uint8Array {
  const { arrays, lastPulse = null, ...rest } = state;
  const listed = [...arrays].map(([name, array]) => ({
    name,
    type: typeOfArray(array),
    length: array.length,
  }));
  const text = JSON.stringify({ ...rest, lastPulse, arrays: listed } satisfies Header);
  const header = new TextEncoder().encode(text);
  const length = new Uint8Array(lengthBytes);
  new DataView(length.buffer).setUint32(0, header.length, true);
  const body = concatBytes([formatLine, length, header, ...[...arrays.values()].map(littleEndian)]);
  return concatBytes([body, checksumOf(body)]);
}

/**
 * @param name of the file, for messages.
 * @throws LabError BAD_PROFILE when it is no state, of another format, truncated, damaged, or of a profile that is not accepted any more.
 */
export function decodeState(bytes: Uint8Array, name: string): ChipState {
  assertWhole(bytes, name);
  const headerAt = formatLine.length + lengthBytes;
  const headerBytes = viewOf(bytes).getUint32(formatLine.length, true);
  const arraysAt = headerAt + headerBytes;
  if (headerBytes > largestHeaderBytes || arraysAt > bytes.length - checksumBytes)
    throw refusal(name, `has a header of ${headerBytes} bytes`);
  const { lastPulse, arrays, ...header } = headerOf(bytes.subarray(headerAt, arraysAt), name);
  return {
    ...header,
    lastPulse: lastPulse ?? undefined,
    profile: profileOf(header.profile, name),
    arrays: arraysFrom(bytes.subarray(arraysAt, bytes.length - checksumBytes), arrays, name),
  };
}

function assertWhole(bytes: Uint8Array, name: string): void {
  if (!looksLikeState(bytes))
    throw refusal(name, "is not the saved state of a chip", "give --load a file that --save wrote");
  if (!formatLine.every((byte, i) => bytes[i] === byte))
    throw refusal(
      name,
      "has another format than this version reads",
      "load it with the pcmlab that saved it",
    );
  const end = bytes.length - checksumBytes;
  const whole =
    end >= formatLine.length + lengthBytes &&
    Buffer.compare(checksumOf(bytes.subarray(0, end)), bytes.subarray(end)) === 0;
  if (!whole) throw refusal(name, "is truncated or damaged: its checksum is wrong");
}

function headerOf(bytes: Uint8Array, name: string): Header {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw refusal(name, "has a header that makes no sense", undefined, cause);
  }
}

function profileOf(value: unknown, name: string): ChipProfile {
  try {
    return parseProfile(value);
  } catch (cause) {
    const next = "load it with the version of pcmlab that saved it";
    throw refusal(name, `holds a profile of another version: ${textOf(cause)}`, next, cause);
  }
}

function arraysFrom(bytes: Uint8Array, listed: Header["arrays"], name: string): DeviceArrays {
  const promised = listed.reduce((sum, { type, length }) => sum + length * bytesOfType(type), 0);
  if (promised !== bytes.length)
    throw refusal(name, `holds ${bytes.length} bytes of devices, its header says ${promised}`);
  const arrays = new Map<string, DeviceArray>();
  let at = 0;
  for (const { name, type, length } of listed) {
    const end = at + length * bytesOfType(type);
    arrays.set(name, fromLittleEndian(bytes.subarray(at, end), type));
    at = end;
  }
  return arrays;
}

const checksumOf = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function littleEndian(array: DeviceArray): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return endianness() === "LE" ? bytes : swapped(bytes, array.BYTES_PER_ELEMENT);
}

function fromLittleEndian(bytes: Uint8Array, type: (typeof deviceArrayTypes)[number]): DeviceArray {
  const own = endianness() === "LE" ? bytes : swapped(bytes, bytesOfType(type));
  return arrayOfType(type, new Uint8Array(own).buffer);
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const copy = Buffer.from(bytes);
  if (size === 2) return copy.swap16();
  if (size === 4) return copy.swap32();
  return size === 8 ? copy.swap64() : copy;
}

const refusal = (name: string, why: string, next = "use an older copy of it", cause?: unknown): LabError =>
  new LabError("BAD_PROFILE", `state ${name} ${why}`, { next, cause });
