/** ARRay:PULSe? — one pulse for every cell of a region whose code is not 0, each with its own current. */

import {
  countNonZero,
  gathered,
  littleEndianBytes,
  packBits,
  scattered,
  uint16FromLittleEndian,
} from "../../src/core/bytes.ts";
import { block, number } from "../scpi/element.ts";
import { ScpiFault } from "../scpi/errors.ts";
import type { Fields } from "../scpi/fields.ts";
import type { Operation } from "./operation.ts";
import { decodePulseReply, encodePulseReply, maxOperationId, type PulseReply } from "./pulse-reply.ts";
import { decodeMask, decodeRegion, encodeRegion, type RegionFields } from "./region-fields.ts";

export interface PulseCellsRequest {
  readonly operationId: number;
  readonly region: RegionFields;
  readonly widthNanoseconds: number;
  readonly trailingNanoseconds: number;
  /**
   * DAC codes of all cells, row by row, 0 for none. On the wire: a mask of the cells that get a pulse, one bit a cell, and the
   * codes of those cells as unsigned 16 bits, least significant byte first; late iterations pulse few cells of many.
   */
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
    block(packBits(request.amplitudeCodes)),
    block(littleEndianBytes(gathered(request.amplitudeCodes))),
  ],
  decodeRequest(fields) {
    const operationId = fields.integer("operation id", 1, maxOperationId);
    const region = decodeRegion(fields);
    return {
      operationId,
      region,
      widthNanoseconds: fields.integer("width", 1, 1e9),
      trailingNanoseconds: fields.integer("trailing edge", 0, 1e9),
      amplitudeCodes: decodeCodes(fields, region),
    };
  },
  encodeReply: encodePulseReply,
  decodeReply: decodePulseReply,
};

function decodeCodes(fields: Fields, region: RegionFields): Uint16Array {
  const mask = decodeMask(fields, region);
  const codes = uint16FromLittleEndian(fields.block("amplitude codes", 2 * countNonZero(mask)));
  if (codes.includes(0)) throw new ScpiFault(-222, "amplitude code 0 for a cell that the mask chooses");
  return scattered(codes, mask);
}
