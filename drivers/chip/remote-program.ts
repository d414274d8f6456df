/** Program-and-verify by the board, over a SCPI session. */

import { programAbort } from "../../firmware-protocol/operation/program-abort.ts";
import { type ProgramProgress, programProgress } from "../../firmware-protocol/operation/program-progress.ts";
import { type ProgramResult, programResult } from "../../firmware-protocol/operation/program-result.ts";
import {
  type ProgramVerifyRequest,
  programVerify,
} from "../../firmware-protocol/operation/program-verify.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { assertOrderAllowed } from "../../src/chip/limits.ts";
import type {
  OnBoardOrder,
  OnBoardProgramming,
  OnBoardProgress,
  OnBoardResult,
  OrderedCells,
} from "../../src/chip/on-board.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { regionText } from "../../src/chip/region.ts";
import { countNonZero, scattered } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { nanoseconds } from "../../src/core/units.ts";
import { perform } from "../instrument/perform.ts";
import type { Session } from "../instrument/session.ts";

/** The same with the ids given by the caller. */
export interface RemoteProgramming extends Omit<OnBoardProgramming, "start"> {
  /** Under an id of the caller's, who sees to it that ids rise. */
  startAs(operationId: number, order: OnBoardOrder): Promise<number>;
}

/**
 * All of them throw LabError LIMIT for what the descriptor forbids, and BAD_REPLY for replies to another operation, or of another
 * number of cells.
 */
export function remoteProgramming(session: Session, descriptor: Descriptor): RemoteProgramming {
  return {
    async startAs(operationId, order) {
      assertOrderAllowed(descriptor, order);
      const reply = await perform(session, programVerify, requestOf(operationId, order));
      return checked(session, operationId, reply).operationId;
    },
    progress: async (operationId) =>
      progressOf(checked(session, operationId, await perform(session, programProgress, { operationId }))),
    abort: async (operationId) =>
      progressOf(checked(session, operationId, await perform(session, programAbort, { operationId }))),
    async result(operationId, cells) {
      const reply = checked(session, operationId, await perform(session, programResult, { operationId }));
      return resultOf(session, cells, reply);
    },
  };
}

const requestOf = (operationId: number, order: OnBoardOrder): ProgramVerifyRequest => ({
  ...order,
  operationId,
  widthNanoseconds: nanoseconds(order.widthSeconds),
  resetCode: order.reset.amplitudeCode,
  resetNanoseconds: nanoseconds(order.reset.widthSeconds),
  preparation: order.preparation.map((step) => ({
    amplitudeCode: step.amplitudeCode,
    widthNanoseconds: nanoseconds(step.widthSeconds),
    trailingNanoseconds: nanoseconds(step.trailingSeconds),
  })),
});

function checked<T extends { readonly operationId: number }>(
  { name }: Session,
  operationId: number,
  reply: T,
): T {
  if (reply.operationId === operationId) return reply;
  throw new LabError(
    "BAD_REPLY",
    `${name} answered for operation ${reply.operationId}, asked was ${operationId}`,
    {
      next: "read the region before any further pulse",
    },
  );
}

const progressOf = ({ operationId: _, ...progress }: ProgramProgress): OnBoardProgress => progress;

const skipped = cellOutcomes.indexOf("skipped");

function resultOf({ name }: Session, { region, mask }: OrderedCells, reply: ProgramResult): OnBoardResult {
  const { outcomes, iterations, cellPulses, codeSums, state, startSeconds, endSeconds } = reply;
  if (outcomes.length !== countNonZero(mask))
    throw new LabError(
      "BAD_REPLY",
      `${name} sent ${outcomes.length} outcomes for ${countNonZero(mask)} cells of ${regionText(region)}`,
      { next: "read the region before any further pulse" },
    );
  return {
    state,
    startSeconds,
    endSeconds,
    outcomes: spreadOver(outcomes, mask, skipped),
    iterations: spreadOver(iterations, mask, 0),
    pulses: scattered(cellPulses, mask),
    codeSums: scattered(codeSums, mask),
  };
}

function spreadOver(values: Uint8Array, mask: Uint8Array, otherwise: number): Uint8Array {
  let next = 0;
  return mask.map((flag) => (flag === 0 ? otherwise : values[next++]!));
}
