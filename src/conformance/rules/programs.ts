/** SPEC.md, 10.12 to 10.15: program-and-verify by the board itself. Its pulses are the weakest that there are. */

import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { programAbort } from "../../../firmware-protocol/operation/program-abort.ts";
import {
  type ProgramProgress,
  programProgress,
} from "../../../firmware-protocol/operation/program-progress.ts";
import { type ProgramResult, programResult } from "../../../firmware-protocol/operation/program-result.ts";
import {
  type ProgramVerifyRequest,
  programVerify,
} from "../../../firmware-protocol/operation/program-verify.ts";
import { largestAllowedDacCode } from "../../chip/limits.ts";
import { programFeature } from "../../chip/on-board.ts";
import { bytesOf, textOfBytes } from "../../core/bytes.ts";
import { asked, demand, freshId, performed } from "../asking.ts";
import { type Board, pulseMessage, readMessage, shortestNanoseconds, trainMessage } from "../board.ts";
import { outcomeOf, refusal } from "../expectation.ts";
import { Unchecked } from "../mismatch.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { faulty, refused, replyFault, take } from "../step.ts";

const offering = {
  pulses: true,
  unless: ({ descriptor }: Board) =>
    descriptor.features.includes(programFeature) ? undefined : `it does not offer ${programFeature}`,
};

const rounds = 2;

/** Nothing happens on such a board between two messages. */
const standsStill = ({ descriptor }: Board): boolean => descriptor.features.includes("advance-time");

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

const message = (board: Board, id: number, change: Partial<ProgramVerifyRequest> = {}): Uint8Array =>
  requestMessage(programVerify, weakRun(board, id, change));
const progressMessage = (operationId: number): Uint8Array => requestMessage(programProgress, { operationId });
const abortMessage = (operationId: number): Uint8Array => requestMessage(programAbort, { operationId });
const resultMessage = (operationId: number): Uint8Array => requestMessage(programResult, { operationId });

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
async function during(
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
async function refusedRun(probe: Probe, id: number, change: Partial<ProgramVerifyRequest>): Promise<void> {
  try {
    await take(probe, refused(message(probe.board, id, change), -222));
  } finally {
    await probe.exchange(abortMessage(id));
    await probe.takeErrors();
  }
}

/** So many iterations that a run is not over before the next message. */
const long = { maxIterations: 255 };

const progressOf = (probe: Probe, id: number): Promise<ProgramProgress> =>
  performed(
    probe,
    programProgress,
    progressMessage(id),
    `operation id ${id}, one cell, at most one done`,
    ({ operationId, cells, cellsDone }) => operationId === id && cells === 1 && cellsDone <= 1,
  );

/** Questions after which a run of one cell must have ended: a board takes microseconds for it. */
const mostQuestions = 1000;

async function ended(probe: Probe, id: number): Promise<ProgramProgress> {
  for (let n = 0; n < mostQuestions; n++) {
    const progress = await progressOf(probe, id);
    if (progress.state !== "running") return progress;
  }
  demand(false, progressMessage(id), `the end of the run, within ${mostQuestions} questions`, "running");
  throw new TypeError("a demand that failed came back");
}

const resultOf = (probe: Probe, id: number): Promise<ProgramResult> =>
  performed(
    probe,
    programResult,
    resultMessage(id),
    `operation id ${id}, one outcome of 0 to 5, start not after end`,
    (reply) =>
      reply.operationId === id && reply.outcomes.length === 1 && reply.startSeconds <= reply.endSeconds,
  );

export const programRules: readonly Rule[] = [
  rule(
    "program.run",
    "10.12",
    "prepares a cell, pulses it as often as is allowed, and tells its outcome and its pulses",
    async (probe) => {
      const id = await freshId(probe);
      await during(probe, id, {}, async () => {
        const progress = await ended(probe, id);
        const { outcomes, iterations, cellPulses, startSeconds, endSeconds } = await resultOf(probe, id);
        const [outcome, attempts, pulses] = [outcomes[0], iterations[0], cellPulses[0]];
        // A cell that is at the end of the range is done at once.
        const early = outcome === 0 && attempts === 0 && pulses === 1;
        const whole =
          outcome === 1 && attempts === rounds && pulses === rounds + 1 && startSeconds < endSeconds;
        demand(
          early || whole,
          resultMessage(id),
          `exhausted after ${rounds} iterations and ${rounds + 1} pulses`,
          `outcome ${outcome}, ${attempts} iterations, ${pulses} pulses, ${startSeconds} to ${endSeconds} s`,
        );
        demand(
          progress.state === "finished" && progress.pulses === pulses && progress.cellsDone === 1,
          progressMessage(id),
          `finished, one cell done, ${pulses} pulses`,
          `${progress.state}, ${progress.cellsDone} done, ${progress.pulses} pulses`,
        );
      });
      const { lastOperationId } = await asked(probe, lastOperation);
      demand(lastOperationId === id, message(probe.board, id), `last operation id ${id}`, lastOperationId);
    },
    offering,
  ),
  rule(
    "program.masked",
    "10.12",
    "leaves a cell alone that the mask does not choose, and gives no outcome for it",
    async (probe) => {
      const id = await freshId(probe);
      await during(probe, id, { mask: Uint8Array.of(0), targetSums: Uint16Array.of(0) }, async () => {
        const { cells, pulses } = await performed(probe, programProgress, progressMessage(id));
        const came = `${cells} cells, ${pulses} pulses`;
        demand(cells === 0 && pulses === 0, progressMessage(id), "no cells, no pulses", came);
        await performed(probe, programAbort, abortMessage(id));
        const { outcomes } = await performed(probe, programResult, resultMessage(id));
        demand(outcomes.length === 0, resultMessage(id), "no outcomes", outcomes.length);
      });
    },
    offering,
  ),
  rule(
    "program.busy",
    "10.12",
    "refuses other uses of the cells, and the result, with 1003 while a run goes on, and answers the rest",
    async (probe) => {
      const { board } = probe;
      const id = await freshId(probe);
      await during(probe, id, long, async () => {
        await asked(probe, chipTime);
        const heard = await probe.exchange(resultMessage(id));
        await probe.takeErrors();
        if (!standsStill(board) && replyFault(refused("", 1003), heard) !== undefined)
          throw new Unchecked("the run was over before anything else could be asked");
        await take(
          probe,
          refused(resultMessage(id), 1003),
          refused(readMessage(board), 1003),
          refused(pulseMessage(board, id + 1), 1003),
          refused(trainMessage(board, id + 1), 1003),
          refused(message(board, id + 1), 1003),
        );
      });
      const { lastOperationId } = await asked(probe, lastOperation);
      demand(lastOperationId === id, pulseMessage(board, id + 1), `last operation id ${id}`, lastOperationId);
    },
    offering,
  ),
  rule(
    "program.abort",
    "10.14",
    "ends a run when it is told to, and leaves no pulse without a reading after it",
    async (probe) => {
      const id = await freshId(probe);
      await during(probe, id, long, async () => {
        await performed(probe, programAbort, abortMessage(id));
        const { state, pulses, chipSeconds } = await ended(probe, id);
        const stopped = state === "aborted" || (state === "finished" && !standsStill(probe.board));
        demand(stopped, abortMessage(id), "an aborted run", state);
        const again = await performed(probe, programAbort, abortMessage(id));
        const same = again.state === state && again.pulses === pulses;
        demand(same, abortMessage(id), `${state}, ${pulses} pulses, as before`, again.state);
        const { outcomes, cellPulses, endSeconds } = await resultOf(probe, id);
        const open = cellPulses[0] === 0 ? 4 : 5;
        const fits = outcomes[0] === open || (state === "finished" && (outcomes[0] ?? open) <= 3);
        demand(
          fits && cellPulses[0] === pulses && endSeconds <= chipSeconds,
          resultMessage(id),
          `outcome ${open} and ${pulses} pulses`,
          `outcome ${outcomes[0]}, ${cellPulses[0]} pulses`,
        );
      });
    },
    offering,
  ),
  rule(
    "program.safe",
    "10.14",
    "ends a run at CHIP:SAFE? and at *RST",
    async (probe) => {
      for (const end of ["CHIP:SAFE?\n", "*RST\n"]) {
        const id = await freshId(probe);
        await during(probe, id, long, async () => {
          await probe.exchange(bytesOf(end));
          await probe.takeErrors();
          const { state } = await progressOf(probe, id);
          demand(state !== "running", end, "no run any more", state);
        });
      }
    },
    offering,
  ),
  rule(
    "program.once",
    "11",
    "A3, A4: answers its request from the record when it comes again, and refuses another with that id",
    async (probe) => {
      const { board } = probe;
      const id = await freshId(probe);
      await during(probe, id, {}, async () => {
        const first = await ended(probe, id);
        const heard = await probe.exchange(message(board, id));
        const came = heard.replies.map((reply) => textOfBytes(reply)).join(" ");
        demand(came.startsWith(`0,${id},0,`), message(board, id), `the record of operation ${id}`, came);
        await take(probe, refused(message(board, id, { maxIterations: rounds + 1 }), 1001));
        await take(probe, refused(pulseMessage(board, id), 1001));
        const after = await progressOf(probe, id);
        demand(
          after.pulses === first.pulses,
          message(board, id),
          `${first.pulses} pulses as before`,
          after.pulses,
        );
      });
    },
    offering,
  ),
  rule(
    "program.limits",
    "10.12",
    "refuses a run that could leave the limits, before its first pulse, and leaves its id free",
    async (probe) => {
      const { board } = probe;
      const { program, read } = board.descriptor;
      const id = await freshId(probe);
      const longest = Math.floor(program.maxWidthSeconds * 1e9 + 0.5) + 1;
      const largestSum = 2 ** read.adcBits - 1;
      const step = {
        amplitudeCode: 1,
        widthNanoseconds: shortestNanoseconds(board.descriptor),
        trailingNanoseconds: 0,
      };
      const wrong: Partial<ProgramVerifyRequest>[] = [
        { widthNanoseconds: longest },
        { resetNanoseconds: longest },
        { preparation: [{ ...step, widthNanoseconds: longest }] },
        { minCode: 2, maxCode: 3 },
        { averages: 1, targetSums: Uint16Array.of(largestSum + 1) },
      ];
      const beyond = largestAllowedDacCode(board.descriptor) + 1;
      if (beyond <= 65_535)
        wrong.push(
          { maxCode: beyond },
          { resetCode: beyond },
          { preparation: [{ ...step, amplitudeCode: beyond }] },
        );
      for (const change of wrong) await refusedRun(probe, id, change);
      const { lastOperationId } = await asked(probe, lastOperation);
      demand(lastOperationId === id - 1, message(board, id), `last operation id ${id - 1}`, lastOperationId);
    },
    offering,
  ),
  rule(
    "program.unknown",
    "10.13",
    "refuses progress, end and result of a run that is not its last one with 1004",
    async (probe) => {
      const id = await freshId(probe);
      const other = { operationId: id + 1 };
      await during(probe, id, {}, async () => {
        await take(
          probe,
          refused(requestMessage(programProgress, other), 1004),
          refused(requestMessage(programAbort, other), 1004),
          refused(requestMessage(programResult, other), 1004),
        );
      });
    },
    offering,
  ),
  rule(
    "program.absent",
    "10.12",
    `refuses it with 1002, or does not know the header, when it does not offer ${programFeature}`,
    async (probe) => {
      for (const send of [progressMessage(1), abortMessage(1), resultMessage(1)]) {
        const heard = await probe.exchange(send);
        const [error] = await probe.takeErrors();
        const unknown = replyFault(faulty(send, []), heard) === undefined && error?.number === -113;
        const known = replyFault(refused(send, 1002), heard) === undefined && error?.number === 1002;
        demand(
          unknown || known,
          send,
          `${refusal(1002).what}, or nothing and -113`,
          `${heard.replies.length} replies and error ${error?.number ?? 0}`,
        );
      }
    },
    {
      unless: ({ descriptor }) =>
        descriptor.features.includes(programFeature) ? `it offers ${programFeature}` : undefined,
    },
  ),
];
