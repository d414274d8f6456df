/** The operations that change the chip: refused outside the limits, applied once per operation id. */

import { crc32c } from "../../firmware-protocol/frame/crc32c.ts";
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
  operationCommand(pulseCells, (board, request, message) =>
    applyOnce(board, request, message, {
      kind: "per-cell",
      shape: {
        widthSeconds: secondsFromNanoseconds(request.widthNanoseconds),
        trailingSeconds: secondsFromNanoseconds(request.trailingNanoseconds),
      },
      amplitudeCodes: request.amplitudeCodes,
    }),
  ),
  operationCommand(pulseTrain, (board, request, message) =>
    applyOnce(board, request, message, {
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

/**
 * Answers the last id from its record when the same message comes again; acts on a greater one; refuses a smaller one, whose record
 * is gone, and the last one in another message, which is of another host.
 */
function applyOnce(
  board: Board,
  { operationId, region }: { readonly operationId: number; readonly region: RegionFields },
  message: Uint8Array,
  train: PulseTrain,
): PulseReply {
  const last = board.lastPulse;
  const messageCrc = crc32c(message);
  if (last !== undefined && operationId <= last.operationId) {
    if (operationId === last.operationId && messageCrc === last.messageCrc) return last;
    throw new ScpiFault(1001, usedText(operationId, last.operationId));
  }
  assertPulseAllowed(board.array.descriptor, region, train);
  const startSeconds = board.chipSeconds;
  const { pulses, endSeconds } = board.array.pulse(region, train, startSeconds);
  board.chipSeconds = endSeconds;
  board.lastPulse = { operationId, pulses, startSeconds, endSeconds, messageCrc };
  return board.lastPulse;
}

const usedText = (operationId: number, lastId: number): string =>
  operationId === lastId
    ? `operation id ${operationId} was that of another message`
    : `operation id ${operationId}, the last one was ${lastId}`;
