/** ARRay:TRAin? — the same sequence of pulses for every chosen cell of a region. */

import { packBits } from "../../src/core/bytes.ts";
import { block, number } from "../scpi/element.ts";
import { ScpiFault } from "../scpi/errors.ts";
import type { Fields } from "../scpi/fields.ts";
import type { Operation } from "./operation.ts";
import { decodePulseReply, encodePulseReply, maxOperationId, type PulseReply } from "./pulse-reply.ts";
import { decodeMask, decodeRegion, encodeRegion, type RegionFields } from "./region-fields.ts";

export interface TrainStep {
  readonly amplitudeCode: number;
  readonly widthNanoseconds: number;
  readonly trailingNanoseconds: number;
}

export interface PulseTrainRequest {
  readonly operationId: number;
  readonly region: RegionFields;
  /** One byte a cell, row by row, 0 or 1; on the wire one bit a cell, least significant bit first. */
  readonly mask: Uint8Array;
  readonly steps: readonly TrainStep[];
}

const maxSteps = 64;

export const pulseTrain: Operation<PulseTrainRequest, PulseReply> = {
  header: "ARRay:TRAin?",
  repeatable: false,
  timeout: "bulk",
  encodeRequest: (request) => [
    number(request.operationId),
    ...encodeRegion(request.region),
    block(packBits(request.mask)),
    ...request.steps.flatMap((step) =>
      [step.amplitudeCode, step.widthNanoseconds, step.trailingNanoseconds].map(number),
    ),
  ],
  decodeRequest(fields) {
    const operationId = fields.integer("operation id", 1, maxOperationId);
    const region = decodeRegion(fields);
    return { operationId, region, mask: decodeMask(fields, region), steps: decodeSteps(fields) };
  },
  encodeReply: encodePulseReply,
  decodeReply: decodePulseReply,
};

function decodeSteps(fields: Fields): TrainStep[] {
  const steps: TrainStep[] = [];
  do {
    if (steps.length === maxSteps) throw new ScpiFault(-223, `a train has at most ${maxSteps} steps`);
    steps.push({
      amplitudeCode: fields.integer("amplitude code", 1, 65_535),
      widthNanoseconds: fields.integer("width", 1, 1e9),
      trailingNanoseconds: fields.integer("trailing edge", 0, 1e9),
    });
  } while (fields.remaining > 0);
  return steps;
}
