/** The header of what the device sends on the Bulk-IN endpoint: DEV_DEP_MSG_IN (USBTMC 1.0, 3.3, tables 8 and 9). */

import { commonFields, expectBits, headerBytes, headerOf, messageId } from "./bulk-out.ts";
import { expectLength, expectZeros, UsbtmcFault } from "./fault.ts";

const endOfMessageBit = 1;
const terminatorBit = 2;

/** `size` bytes follow, then 0 to 3 bytes of alignment, then the end of the transfer by a short packet (3.3). */
export interface DeviceMessageIn {
  /** That of the request. */
  readonly tag: number;
  readonly size: number;
  /** The last of them is the last of the message. */
  readonly endOfMessage: boolean;
  /** The last of them is the terminator that the request named. */
  readonly endsWithTerminator: boolean;
}

export function encodeBulkInHeader(header: DeviceMessageIn): Uint8Array {
  const attributes =
    (header.endOfMessage ? endOfMessageBit : 0) | (header.endsWithTerminator ? terminatorBit : 0);
  return headerOf(messageId.requestDeviceMessage, header.tag, header.size, attributes);
}

/** Consumes exactly the 12 bytes. @throws UsbtmcFault. */
export function decodeBulkInHeader(bytes: Uint8Array): DeviceMessageIn {
  expectLength(bytes, headerBytes, "a Bulk-IN header");
  const { id, tag, size, attributes } = commonFields(bytes);
  if (id !== messageId.requestDeviceMessage) throw new UsbtmcFault(`MsgID ${id} is no answer to a request`);
  expectBits(attributes, endOfMessageBit | terminatorBit);
  expectZeros(bytes, 9, headerBytes, "DEV_DEP_MSG_IN");
  return {
    tag,
    size,
    endOfMessage: (attributes & endOfMessageBit) !== 0,
    endsWithTerminator: (attributes & terminatorBit) !== 0,
  };
}
