/** ARRay:PULSe? — one pulse for every cell of a region whose code is not 0, each with its own current. */

import { littleEndianBytes, uint16FromLittleEndian } from "../../src/core/bytes.ts";
import { block, number } from "../scpi/element.ts";
import type { Operation } from "./operation.ts";
import { decodePulseReply, encodePulseReply, maxOperationId, type PulseReply } from "./pulse-reply.ts";
import { decodeRegion, encodeRegion, type RegionFields } from "./region-fields.ts";

export interface PulseCellsRequest {
  readonly operationId: number;
  readonly region: RegionFields;
  readonly widthNanoseconds: number;
  readonly trailingNanoseconds: number;
  /** DAC codes row by row; on the wire unsigned 16 bits, least significant byte first. */
  readonly amplitudeCodes: Uint16Array;
}

export const pulseCells: Operation<PulseCellsRequest, PulseReply> = {
  header: "ARRay:PULSe?",
  repeatable: false,
  timeout: "bulk",
  encodeRequest: (request) => [
    number(request.operationId),
    ...encodeRegion(request.region),
    number(request.widthNanoseconds),
    number(request.trailingNanoseconds),
    block(littleEndianBytes(request.amplitudeCodes)),
  ],
  decodeRequest(fields) {
    const operationId = fields.integer("operation id", 1, maxOperationId);
    const region = decodeRegion(fields);
    return {
      operationId,
      region,
      widthNanoseconds: fields.integer("width", 1, 1e9),
      trailingNanoseconds: fields.integer("trailing edge", 0, 1e9),
      amplitudeCodes: uint16FromLittleEndian(
        fields.block("amplitude codes", region.rows * region.columns * 2),
      ),
    };
  },
  encodeReply: encodePulseReply,
  decodeReply: decodePulseReply,
};
