/** The operations that change the chip: refused outside the limits, applied once per operation id. */

import { pulseCells } from "../../firmware-protocol/operation/pulse-cells.ts";
import type { PulseReply } from "../../firmware-protocol/operation/pulse-reply.ts";
import { pulseTrain } from "../../firmware-protocol/operation/pulse-train.ts";
import type { RegionFields } from "../../firmware-protocol/operation/region-fields.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import { assertPulseAllowed } from "../../src/chip/limits.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { secondsFromNanoseconds } from "../../src/core/units.ts";
import type { Board } from "./board.ts";
import { operationCommand } from "./operation-command.ts";

export const pulseCommands = [
  operationCommand(pulseCells, (board, request) =>
    applyOnce(board, request.operationId, request.region, {
      kind: "per-cell",
      shape: {
        widthSeconds: secondsFromNanoseconds(request.widthNanoseconds),
        trailingSeconds: secondsFromNanoseconds(request.trailingNanoseconds),
      },
      amplitudeCodes: request.amplitudeCodes,
    }),
  ),
  operationCommand(pulseTrain, (board, request) =>
    applyOnce(board, request.operationId, request.region, {
      kind: "shared",
      mask: request.mask,
      steps: request.steps.map((step) => ({
        amplitudeCode: step.amplitudeCode,
        widthSeconds: secondsFromNanoseconds(step.widthNanoseconds),
        trailingSeconds: secondsFromNanoseconds(step.trailingNanoseconds),
      })),
    }),
  ),
];

/** Answers the last id from its record; acts on a greater one; refuses a smaller one, whose record is gone. */
function applyOnce(board: Board, operationId: number, region: RegionFields, train: PulseTrain): PulseReply {
  const last = board.lastPulse;
  if (last !== undefined && operationId === last.operationId) return last;
  if (last !== undefined && operationId < last.operationId) {
    throw new ScpiFault(1001, `operation id ${operationId}, the last one was ${last.operationId}`);
  }
  assertPulseAllowed(board.array.descriptor, region, train);
  const startSeconds = board.chipSeconds;
  const { pulses, endSeconds } = board.array.pulse(region, train, startSeconds);
  board.chipSeconds = endSeconds;
  board.lastPulse = { operationId, pulses, startSeconds, endSeconds };
  return board.lastPulse;
}
