/**
 * Headers of what the host sends on the Bulk-OUT endpoint (USBTMC 1.0, 3.2, tables 1 to 4; USB488 1.0, 3.2.1). Each is
 * 12 bytes; the data of a DEV_DEP_MSG_OUT follow it, and 0 to 3 bytes of zero fill the transfer up to a multiple of 4.
 */

import { expectLength, expectZeros, UsbtmcFault } from "./fault.ts";
import { inverseTag } from "./tag.ts";

export const headerBytes = 12;

/** MsgID values (USBTMC, table 2; TRIGGER in USB488, 3.2.1). */
export const messageId = { deviceMessage: 1, requestDeviceMessage: 2, trigger: 128 } as const;

const endOfMessageBit = 1;
const terminatorEnabledBit = 2;

/** DEV_DEP_MSG_OUT (3.2.1.1): `size` bytes of a message follow; the last of them ends it when `endOfMessage`. */
export interface DeviceMessageOut {
  readonly kind: "device-message";
  readonly tag: number;
  readonly size: number;
  readonly endOfMessage: boolean;
}

/** REQUEST_DEV_DEP_MSG_IN (3.2.1.2): the device may send up to `size` bytes, or up to the terminator where one is given. */
export interface RequestDeviceMessageIn {
  readonly kind: "request";
  readonly tag: number;
  readonly size: number;
  readonly terminator?: number;
}

/** TRIGGER (USB488, 3.2.1.1), like the group execute trigger of IEEE 488.1. */
export interface Trigger {
  readonly kind: "trigger";
  readonly tag: number;
}

export type BulkOutHeader = DeviceMessageOut | RequestDeviceMessageIn | Trigger;

export function encodeBulkOutHeader(header: BulkOutHeader): Uint8Array<ArrayBuffer> {
  switch (header.kind) {
    case "device-message":
      return headerOf(
        messageId.deviceMessage,
        header.tag,
        header.size,
        header.endOfMessage ? endOfMessageBit : 0,
      );
    case "request":
      return header.terminator === undefined
        ? headerOf(messageId.requestDeviceMessage, header.tag, header.size, 0)
        : headerOf(
            messageId.requestDeviceMessage,
            header.tag,
            header.size,
            terminatorEnabledBit,
            header.terminator,
          );
    case "trigger":
      return headerOf(messageId.trigger, header.tag, 0, 0);
    default:
      return header satisfies never;
  }
}

/** Consumes exactly the 12 bytes. @throws UsbtmcFault. */
export function decodeBulkOutHeader(bytes: Uint8Array): BulkOutHeader {
  expectLength(bytes, headerBytes, "a Bulk-OUT header");
  const { id, tag, size, attributes } = commonFields(bytes);
  switch (id) {
    case messageId.deviceMessage:
      expectBits(attributes, endOfMessageBit);
      expectZeros(bytes, 9, headerBytes, "DEV_DEP_MSG_OUT");
      return { kind: "device-message", tag, size, endOfMessage: attributes === endOfMessageBit };
    case messageId.requestDeviceMessage: {
      expectBits(attributes, terminatorEnabledBit);
      expectZeros(bytes, 10, headerBytes, "REQUEST_DEV_DEP_MSG_IN");
      // The TermChar of a request that does not enable it is to be ignored (table 4), so it may be anything.
      return attributes === 0
        ? { kind: "request", tag, size }
        : { kind: "request", tag, size, terminator: bytes[9] ?? 0 };
    }
    case messageId.trigger:
      expectZeros(bytes, 4, headerBytes, "TRIGGER");
      return { kind: "trigger", tag };
    default:
      throw new UsbtmcFault(`MsgID ${id} is none that a host may send`);
  }
}

/** A whole DEV_DEP_MSG_OUT transfer: header, data, alignment. @param data 1 byte or more. */
export function encodeDeviceMessage(
  tag: number,
  data: Uint8Array,
  endOfMessage: boolean,
): Uint8Array<ArrayBuffer> {
  const transfer = new Uint8Array(headerBytes + alignedSize(data.length));
  transfer.set(encodeBulkOutHeader({ kind: "device-message", tag, size: data.length, endOfMessage }));
  transfer.set(data, headerBytes);
  return transfer;
}

/** Bytes with the 0 to 3 that fill them up to a multiple of 4 (3.2.1.1). */
export const alignedSize = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** Fields that Bulk-OUT and Bulk-IN headers share (tables 1 and 8). @throws UsbtmcFault. */
export function commonFields(bytes: Uint8Array): {
  id: number;
  tag: number;
  size: number;
  attributes: number;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const tag = view.getUint8(1);
  if (tag === 0 || view.getUint8(2) !== inverseTag(tag)) {
    throw new UsbtmcFault(`bTag ${tag} with bTagInverse ${view.getUint8(2)}`);
  }
  expectZeros(bytes, 3, 4, "a header");
  return { id: view.getUint8(0), tag, size: view.getUint32(4, true), attributes: view.getUint8(8) };
}

/** @throws UsbtmcFault when a bit of bmTransferAttributes is set that is not in `allowed`. */
export function expectBits(attributes: number, allowed: number): void {
  if ((attributes & ~allowed) !== 0) throw new UsbtmcFault(`bmTransferAttributes are ${attributes}`);
}

export function headerOf(
  id: number,
  tag: number,
  size: number,
  attributes: number,
  terminator = 0,
): Uint8Array<ArrayBuffer> {
  if (!(tag >= 1 && tag <= 255)) throw new RangeError(`bTag ${tag}`);
  const bytes = new Uint8Array(headerBytes);
  const view = new DataView(bytes.buffer);
  bytes.set([id, tag, inverseTag(tag)]);
  view.setUint32(4, size, true);
  bytes.set([attributes, terminator], 8);
  return bytes;
}
