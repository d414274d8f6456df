/** Program-and-verify by the board itself: begun once for each operation id, asked for its progress, ended, and asked for its result. */

import { crc32c } from "../../firmware-protocol/frame/crc32c.ts";
import { programAbort } from "../../firmware-protocol/operation/program-abort.ts";
import { programProgress } from "../../firmware-protocol/operation/program-progress.ts";
import { programResult } from "../../firmware-protocol/operation/program-result.ts";
import {
  type ProgramVerifyRequest,
  programVerify,
} from "../../firmware-protocol/operation/program-verify.ts";
import type { PulseReply } from "../../firmware-protocol/operation/pulse-reply.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import { assertOrderAllowed } from "../../src/chip/limits.ts";
import { type OnBoardOrder, programFeature } from "../../src/chip/on-board.ts";
import { secondsFromNanoseconds } from "../../src/core/units.ts";
import type { Board } from "./board.ts";
import type { Origin } from "./command.ts";
import { ProgramRun } from "./on-board/run.ts";
import { operationCommand } from "./operation-command.ts";
import { repeatedPulse } from "./pulse-record.ts";

export const programCommands = [
  operationCommand(programVerify, begin),
  operationCommand(programProgress, (board, { operationId }) => {
    const run = runOf(board, operationId);
    // Its work is all that happens on a chip whose time stands still otherwise (SPEC.md, 13).
    if (board.clock.canSkip) run.step();
    return run.progress();
  }),
  operationCommand(programAbort, (board, { operationId }, { session }) => {
    board.lock?.assertAllows(session);
    const run = runOf(board, operationId);
    run.abort();
    return run.progress();
  }),
  operationCommand(programResult, (board, { operationId }) => runOf(board, operationId).result()),
];

function begin(board: Board, request: ProgramVerifyRequest, { message, session }: Origin): PulseReply {
  assertOffered(board);
  const messageCrc = crc32c(message);
  const repeated = repeatedPulse(board.lastPulse, request.operationId, messageCrc);
  if (repeated !== undefined) return repeated;
  board.lock?.assertAllows(session);
  if (board.program?.running) throw new ScpiFault(1003, `operation ${board.program.operationId} is running`);
  assertOrderAllowed(board.array.descriptor, orderOf(request));
  const seconds = board.chipSeconds;
  board.program = new ProgramRun(board, request);
  const { operationId } = request;
  board.lastPulse = { operationId, pulses: 0, startSeconds: seconds, endSeconds: seconds, messageCrc };
  return board.lastPulse;
}

/** As the wire says it, in seconds. */
const orderOf = (request: ProgramVerifyRequest): OnBoardOrder => ({
  ...request,
  widthSeconds: secondsFromNanoseconds(request.widthNanoseconds),
  reset: {
    amplitudeCode: request.resetCode,
    widthSeconds: secondsFromNanoseconds(request.resetNanoseconds),
  },
  preparation: request.preparation.map((step) => ({
    amplitudeCode: step.amplitudeCode,
    widthSeconds: secondsFromNanoseconds(step.widthNanoseconds),
    trailingSeconds: secondsFromNanoseconds(step.trailingNanoseconds),
  })),
});

function runOf(board: Board, operationId: number): ProgramRun {
  assertOffered(board);
  if (board.program?.operationId === operationId) return board.program;
  const known = board.program === undefined ? "none" : `operation ${board.program.operationId}`;
  throw new ScpiFault(1004, `operation ${operationId}, the last one was ${known}`);
}

function assertOffered({ array }: Board): void {
  if (!array.descriptor.features.includes(programFeature))
    throw new ScpiFault(1002, "this board does not program by itself");
}
