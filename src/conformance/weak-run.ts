import { requestMessage } from "../../firmware-protocol/operation/operation.ts";
import { programAbort } from "../../firmware-protocol/operation/program-abort.ts";
import { type ProgramProgress, programProgress } from "../../firmware-protocol/operation/program-progress.ts";
import { type ProgramResult, programResult } from "../../firmware-protocol/operation/program-result.ts";
import {
  type ProgramVerifyRequest,
  programVerify,
} from "../../firmware-protocol/operation/program-verify.ts";
import { demand, performed } from "./asking.ts";
import { type Board, shortestNanoseconds } from "./board.ts";
import { outcomeOf } from "./expectation.ts";
import type { Probe } from "./probe.ts";
import { refused, take } from "./step.ts";

export const rounds = 2;

/** Nothing happens on such a board between two messages. */
export const standsStill = ({ descriptor }: Board): boolean => descriptor.features.includes("advance-time");

/** Of the probed cell, with pulses of code 1, a target that these cannot reach, and no cell ever called stuck. */
const weakRun = (
  board: Board,
  operationId: number,
  change: Partial<ProgramVerifyRequest> = {},
): ProgramVerifyRequest => {
  const { read } = board.descriptor;
  const nanoseconds = shortestNanoseconds(board.descriptor);
  return {
    operationId,
    region: board.cell,
    averages: 1,
    readVolts: read.minVolts,
    marginSum: 0,
    zeroSum: 0,
    zeroMarginSum: 0,
    maxIterations: rounds,
    maxResets: rounds,
    stuckSum: 0,
    stuckShare: 0,
    stuckIterations: 255,
    widthNanoseconds: nanoseconds,
    startCode: 1,
    minCode: 1,
    maxCode: 1,
    codesPerSum: 0,
    resetCode: 1,
    resetNanoseconds: nanoseconds,
    mask: Uint8Array.of(1),
    // A weak pulse leaves a cell of an emulator where it is, far from the end of the range.
    targetSums: Uint16Array.of(2 ** read.adcBits - 1),
    preparation: [{ amplitudeCode: 1, widthNanoseconds: nanoseconds, trailingNanoseconds: 0 }],
    ...change,
  };
};

export const message = (board: Board, id: number, change: Partial<ProgramVerifyRequest> = {}): Uint8Array =>
  requestMessage(programVerify, weakRun(board, id, change));
export const progressMessage = (operationId: number): Uint8Array =>
  requestMessage(programProgress, { operationId });
export const abortMessage = (operationId: number): Uint8Array =>
  requestMessage(programAbort, { operationId });
export const resultMessage = (operationId: number): Uint8Array =>
  requestMessage(programResult, { operationId });

/** Begins a run of so many pulses at most. */
async function begun(probe: Probe, id: number, change: Partial<ProgramVerifyRequest> = {}): Promise<void> {
  await performed(
    probe,
    programVerify,
    message(probe.board, id, change),
    `operation id ${id}, no pulses yet, start and end equal`,
    (reply) => reply.operationId === id && reply.pulses === 0 && reply.startSeconds === reply.endSeconds,
  );
}

/** Begins a run, and sees to it that none goes on afterwards, whatever the board does. */
export async function during(
  probe: Probe,
  id: number,
  change: Partial<ProgramVerifyRequest>,
  act: () => Promise<void>,
): Promise<void> {
  await begun(probe, id, change);
  try {
    await act();
  } finally {
    await probe.exchange(abortMessage(id));
    const { replies } = await probe.exchange(progressMessage(id));
    const outcome = replies[0] && outcomeOf(programProgress, replies[0]);
    probe.pulsesAsked += outcome?.ok === true ? outcome.reply.pulses : (change.maxIterations ?? rounds) + 1;
    await probe.takeErrors();
  }
}

/** A run that must not begin, and does not go on if it does. */
export async function refusedRun(
  probe: Probe,
  id: number,
  change: Partial<ProgramVerifyRequest>,
): Promise<void> {
  try {
    await take(probe, refused(message(probe.board, id, change), -222));
  } finally {
    await probe.exchange(abortMessage(id));
    await probe.takeErrors();
  }
}

/** So many iterations that a run is not over before the next message. */
export const long = { maxIterations: 255 };

export const progressOf = (probe: Probe, id: number): Promise<ProgramProgress> =>
  performed(
    probe,
    programProgress,
    progressMessage(id),
    `operation id ${id}, one cell, at most one done`,
    ({ operationId, cells, cellsDone }) => operationId === id && cells === 1 && cellsDone <= 1,
  );

/** Questions after which a run of one cell must have ended: a board takes microseconds for it. */
const mostQuestions = 1000;

export async function ended(probe: Probe, id: number): Promise<ProgramProgress> {
  for (let n = 0; n < mostQuestions; n++) {
    const progress = await progressOf(probe, id);
    if (progress.state !== "running") return progress;
  }
  demand(false, progressMessage(id), `the end of the run, within ${mostQuestions} questions`, "running");
  throw new TypeError("a demand that failed came back");
}

export const resultOf = (probe: Probe, id: number): Promise<ProgramResult> =>
  performed(
    probe,
    programResult,
    resultMessage(id),
    `operation id ${id}, one outcome of 0 to 5, start not after end`,
    (reply) =>
      reply.operationId === id && reply.outcomes.length === 1 && reply.startSeconds <= reply.endSeconds,
  );
