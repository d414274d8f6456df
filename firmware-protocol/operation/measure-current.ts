/** CALibrate:CURRent? — the currents of DAC codes, measured by a sense resistor of the board; no cell is selected. */

import { float32FromLittleEndian, littleEndianBytes, uint16FromLittleEndian } from "../../src/core/bytes.ts";
import { block } from "../scpi/element.ts";
import { ScpiFault } from "../scpi/errors.ts";
import type { Operation } from "./operation.ts";

export interface CurrentRequest {
  /** On the wire unsigned 16 bits, least significant byte first. */
  readonly dacCodes: Uint16Array;
}

export interface CurrentReply {
  /** One for each code; on the wire IEEE 754 single precision, least significant byte first. */
  readonly amperes: Float32Array;
}

/** Codes of one request, whatever the board: 1024 bytes fit into the message limit of the smallest one. */
export const maxCurrentCodes = 512;

export const measureCurrent: Operation<CurrentRequest, CurrentReply> = {
  header: "CALibrate:CURRent?",
  repeatable: true,
  timeout: "bulk",
  encodeRequest: ({ dacCodes }) => [block(littleEndianBytes(dacCodes))],
  decodeRequest(fields) {
    const dacCodes = uint16FromLittleEndian(fields.blockOfValues("DAC codes", 2));
    if (dacCodes.length >= 1 && dacCodes.length <= maxCurrentCodes) return { dacCodes };
    throw new ScpiFault(-222, `${dacCodes.length} DAC codes, allowed 1 to ${maxCurrentCodes}`);
  },
  encodeReply: ({ amperes }) => [block(littleEndianBytes(amperes))],
  decodeReply: (fields) => ({ amperes: float32FromLittleEndian(fields.blockOfValues("currents", 4)) }),
};
