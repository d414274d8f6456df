/** EMULator:TRUTh? — noise-free conductances of a region now, in S; an emulator's answer key, for tests and fits. */

import { float32FromLittleEndian, littleEndianBytes } from "../../src/core/bytes.ts";
import { block } from "../scpi/element.ts";
import type { Operation } from "./operation.ts";
import { decodeRegion, encodeRegion, type RegionFields } from "./region-fields.ts";

export interface RegionRequest {
  readonly region: RegionFields;
}

export interface TruthReply {
  /** S, row by row; on the wire IEEE 754 single precision, least significant byte first. */
  readonly siemens: Float32Array;
}

export const trueConductance: Operation<RegionRequest, TruthReply> = {
  header: "EMULator:TRUTh?",
  repeatable: true,
  timeout: "bulk",
  encodeRequest: ({ region }) => encodeRegion(region),
  decodeRequest: (fields) => ({ region: decodeRegion(fields) }),
  encodeReply: ({ siemens }) => [block(littleEndianBytes(siemens))],
  decodeReply: (fields) => ({ siemens: float32FromLittleEndian(fields.blockOfValues("conductances", 4)) }),
};
