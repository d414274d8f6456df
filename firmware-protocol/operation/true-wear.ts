/** EMULator:WEAR? — pulses that every cell of a region has had in its life; an emulator's answer key. */

import { littleEndianBytes, uint32FromLittleEndian } from "../../src/core/bytes.ts";
import { block } from "../scpi/element.ts";
import type { Operation } from "./operation.ts";
import { decodeRegion, encodeRegion } from "./region-fields.ts";
import type { RegionRequest } from "./true-conductance.ts";

export interface WearReply {
  /** Row by row; on the wire unsigned 32 bits, least significant byte first. */
  readonly pulses: Uint32Array;
}

export const trueWear: Operation<RegionRequest, WearReply> = {
  header: "EMULator:WEAR?",
  repeatable: true,
  timeout: "bulk",
  encodeRequest: ({ region }) => encodeRegion(region),
  decodeRequest: (fields) => ({ region: decodeRegion(fields) }),
  encodeReply: ({ pulses }) => [block(littleEndianBytes(pulses))],
  decodeReply: (fields) => ({ pulses: uint32FromLittleEndian(fields.blockOfValues("pulse counts", 4)) }),
};
