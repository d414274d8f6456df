/** The operations that change the chip: refused outside the limits, applied once per operation id. */

import { crc32c } from "../../firmware-protocol/frame/crc32c.ts";
import { pulseCells } from "../../firmware-protocol/operation/pulse-cells.ts";
import type { PulseReply } from "../../firmware-protocol/operation/pulse-reply.ts";
import { pulseTrain } from "../../firmware-protocol/operation/pulse-train.ts";
import type { RegionFields } from "../../firmware-protocol/operation/region-fields.ts";
import { assertPulseAllowed } from "../../src/chip/limits.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { secondsFromNanoseconds } from "../../src/core/units.ts";
import type { Board } from "./board.ts";
import type { Origin } from "./command.ts";
import { guardEnvelope } from "./envelope-guard.ts";
import { operationCommand } from "./operation-command.ts";
import { repeatedPulse } from "./pulse-record.ts";

export const pulseCommands = [
  operationCommand(pulseCells, (board, request, origin) =>
    applyOnce(board, request, origin, {
      kind: "per-cell",
      shape: {
        widthSeconds: secondsFromNanoseconds(request.widthNanoseconds),
        trailingSeconds: secondsFromNanoseconds(request.trailingNanoseconds),
      },
      amplitudeCodes: request.amplitudeCodes,
    }),
  ),
  operationCommand(pulseTrain, (board, request, origin) =>
    applyOnce(board, request, origin, {
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

/** Acts on an id that is greater than the last one. */
function applyOnce(
  board: Board,
  { operationId, region }: { readonly operationId: number; readonly region: RegionFields },
  { message, session }: Origin,
  train: PulseTrain,
): PulseReply {
  const messageCrc = crc32c(message);
  const repeated = repeatedPulse(board.lastPulse, operationId, messageCrc);
  if (repeated !== undefined) return repeated;
  board.lock?.assertAllows(session);
  assertPulseAllowed(board.array.descriptor, region, train);
  guardEnvelope(board, region, train);
  const startSeconds = board.chipSeconds;
  const { pulses, endSeconds } = board.array.pulse(region, train, startSeconds);
  board.chipSeconds = endSeconds;
  board.lastPulse = { operationId, pulses, startSeconds, endSeconds, messageCrc };
  return board.lastPulse;
}
