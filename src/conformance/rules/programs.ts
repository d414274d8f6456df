/** SPEC.md, 10.12 to 10.15: program-and-verify by the board itself. Its pulses are the weakest that there are. */

import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { programAbort } from "../../../firmware-protocol/operation/program-abort.ts";
import { programProgress } from "../../../firmware-protocol/operation/program-progress.ts";
import { programResult } from "../../../firmware-protocol/operation/program-result.ts";
import type { ProgramVerifyRequest } from "../../../firmware-protocol/operation/program-verify.ts";
import { largestAllowedDacCode } from "../../chip/limits.ts";
import { programFeature } from "../../chip/on-board.ts";
import { bytesOf, textOfBytes } from "../../core/bytes.ts";
import { asked, demand, freshId, performed } from "../asking.ts";
import { type Board, pulseMessage, readMessage, shortestNanoseconds, trainMessage } from "../board.ts";
import { Unchecked } from "../mismatch.ts";
import { demandNotOffered } from "../not-offered.ts";
import { type Rule, rule } from "../rule.ts";
import { refused, replyFault, take } from "../step.ts";
import {
  abortMessage,
  during,
  ended,
  long,
  message,
  progressMessage,
  progressOf,
  refusedRun,
  resultMessage,
  resultOf,
  rounds,
  standsStill,
} from "../weak-run.ts";

const offering = {
  pulses: true,
  unless: ({ descriptor }: Board) =>
    descriptor.features.includes(programFeature) ? undefined : `it does not offer ${programFeature}`,
};

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
    (probe) => demandNotOffered(probe, [progressMessage(1), abortMessage(1), resultMessage(1)]),
    {
      unless: ({ descriptor }) =>
        descriptor.features.includes(programFeature) ? `it offers ${programFeature}` : undefined,
    },
  ),
];
