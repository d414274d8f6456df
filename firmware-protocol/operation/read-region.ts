/** ARRay:READ? — conversions of the cells of a region, or of those that a mask chooses, added up over the averages. */

import { littleEndianBytes, packBits, uint16FromLittleEndian } from "../../src/core/bytes.ts";
import { block, number } from "../scpi/element.ts";
import type { Operation } from "./operation.ts";
import { decodeMask, decodeRegion, encodeRegion, maxCells, type RegionFields } from "./region-fields.ts";

export interface ReadRequest {
  readonly region: RegionFields;
  readonly averages: number;
  readonly readVolts: number;
  /** One byte a cell, row by row, 0 or 1; on the wire one bit a cell, least significant bit first. All cells without it. */
  readonly mask: Uint8Array | undefined;
}

export interface ReadReply {
  readonly firstSampleSeconds: number;
  readonly lastSampleSeconds: number;
  readonly temperatureKelvin: number;
  readonly saturatedCells: number;
  /** Sum of codes over the averages of the cells that were read, row by row; on the wire unsigned 16 bits, least significant byte first. */
  readonly codeSums: Uint16Array;
}

export const readRegion: Operation<ReadRequest, ReadReply> = {
  header: "ARRay:READ?",
  repeatable: true,
  timeout: "bulk",
  encodeRequest: ({ region, averages, readVolts, mask }) => [
    ...encodeRegion(region),
    number(averages),
    number(readVolts),
    ...(mask === undefined ? [] : [block(packBits(mask))]),
  ],
  decodeRequest(fields) {
    const region = decodeRegion(fields);
    return {
      region,
      averages: fields.integer("averages", 1, 255),
      readVolts: fields.real("read voltage", 0, 10),
      mask: fields.remaining === 0 ? undefined : decodeMask(fields, region),
    };
  },
  encodeReply: (reply) => [
    number(reply.firstSampleSeconds),
    number(reply.lastSampleSeconds),
    number(reply.temperatureKelvin),
    number(reply.saturatedCells),
    block(littleEndianBytes(reply.codeSums)),
  ],
  decodeReply: (fields) => ({
    firstSampleSeconds: fields.real("first sample", 0),
    lastSampleSeconds: fields.real("last sample", 0),
    temperatureKelvin: fields.real("temperature", 0),
    saturatedCells: fields.integer("saturated cells", 0, maxCells),
    codeSums: uint16FromLittleEndian(fields.blockOfValues("code sums", 2)),
  }),
};
