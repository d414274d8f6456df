/** SPEC.md, 10.8: matrix-vector products. They read; they pulse nothing. */

import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { type MvmReply, mvm } from "../../../firmware-protocol/operation/mvm.ts";
import { number } from "../../../firmware-protocol/scpi/element.ts";
import type { MvmAbility } from "../../chip/descriptor.ts";
import { asked, demand, performed, scripted, unit } from "../asking.ts";
import { arrayAt, type Board, mvmMessage, mvmRequest } from "../board.ts";
import { NotApplicable } from "../mismatch.ts";
import { demandNotOffered } from "../not-offered.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { refused, take } from "../step.ts";

const maxCodes = 2_097_152;
const withMvm = {
  unless: ({ descriptor }: Board) => (descriptor.mvm === undefined ? "the descriptor has no mvm" : undefined),
};

function ability(board: Board): MvmAbility {
  if (board.descriptor.mvm !== undefined) return board.descriptor.mvm;
  throw new NotApplicable("the descriptor has no mvm");
}

const size = (board: Board) => arrayAt(board.descriptor, ability(board).plusArrays[0] ?? 0);
const largestInput = (board: Board): number => 2 ** (ability(board).inputBits - 1) - 1;
const largestOutput = (board: Board): number => 2 ** (ability(board).outputBits - 1) - 1;

/** A product whose reply has an output of the converter's range for each vector and column. */
function multiplied(probe: Probe, change: Parameters<typeof mvmMessage>[1] = {}): Promise<MvmReply> {
  const request = mvmRequest(probe.board, change);
  const outputs = (request.inputs.length / request.cells.rows) * request.cells.columns;
  const largest = largestOutput(probe.board) * request.phases;
  return performed(
    probe,
    mvm,
    mvmMessage(probe.board, change),
    `${outputs} outputs of ${-largest} to ${largest}, temperature above 0, first sample not after the last, at most ${outputs} saturated`,
    (reply) =>
      reply.outputs.length === outputs &&
      reply.outputs.every((code) => Math.abs(code) <= largest) &&
      reply.temperatureKelvin > 0 &&
      reply.firstSampleSeconds <= reply.lastSampleSeconds &&
      reply.saturatedOutputs <= outputs,
  );
}

const vectors = (count: number) => ({ inputs: new Int8Array(count) });

export const mvmRules: readonly Rule[] = [
  rule(
    "mvm.fields",
    "10.8",
    "answers stamps, temperature, saturated outputs and outputs, in every number of phases that it has",
    async (probe) => {
      for (const phases of ability(probe.board).phases) await multiplied(probe, { phases });
    },
    withMvm,
  ),
  rule(
    "mvm.rectangle",
    "10.8",
    "answers one output for each vector and column",
    async (probe) => {
      const rows = Math.min(2, size(probe.board).rows);
      const columns = Math.min(3, size(probe.board).columns);
      await multiplied(probe, {
        cells: { row: 0, column: 0, rows, columns },
        inputs: new Int8Array(rows * Math.min(2, ability(probe.board).maxVectors)).fill(1),
      });
    },
    withMvm,
  ),
  rule(
    "mvm.sign",
    "10.8",
    "takes inputs as signed: the opposite inputs give the opposite outputs, up to noise",
    async (probe) => {
      const input = largestInput(probe.board);
      const opposite = { inputs: Int8Array.of(-input) };
      const plus = (await multiplied(probe, { inputs: Int8Array.of(input) })).outputs[0] ?? 0;
      const minus = (await multiplied(probe, opposite)).outputs[0] ?? 0;
      const noise = Math.max(4, largestOutput(probe.board) / 8);
      demand(
        Math.abs(plus + minus) <= noise,
        mvmMessage(probe.board, opposite),
        `${-plus}, to ${noise}`,
        minus,
      );
    },
    withMvm,
  ),
  rule(
    "mvm.stamps",
    "9",
    "stamps the beginning of the first and of the last vector, equal for one",
    async (probe) => {
      const one = await multiplied(probe, vectors(1));
      demand(
        one.firstSampleSeconds === one.lastSampleSeconds,
        mvmMessage(probe.board, vectors(1)),
        "equal stamps",
        `${one.firstSampleSeconds} and ${one.lastSampleSeconds} s`,
      );
      const count = Math.min(8, ability(probe.board).maxVectors);
      const before = (await asked(probe, chipTime)).chipSeconds;
      const many = await multiplied(probe, vectors(count));
      const after = (await asked(probe, chipTime)).chipSeconds;
      const inside = before <= many.firstSampleSeconds && many.lastSampleSeconds <= after;
      demand(
        inside,
        mvmMessage(probe.board, vectors(count)),
        `stamps within ${before} to ${after} s`,
        `${many.firstSampleSeconds} to ${many.lastSampleSeconds} s`,
      );
    },
    withMvm,
  ),
  scripted(
    "mvm.outside",
    "10.8",
    "refuses unit cells that are not there",
    (board) => {
      const { rows, columns } = size(board);
      const one = mvmRequest(board).cells;
      return [
        { ...one, row: rows },
        { ...one, column: columns },
        { ...one, row: rows - 1, rows: 2 },
        { ...one, column: columns - 1, columns: 2 },
      ].map((cells) => refused(mvmMessage(board, { cells, inputs: new Int8Array(cells.rows) }), -222));
    },
    withMvm,
  ),
  scripted(
    "mvm.phases",
    "10.8",
    "refuses numbers of phases that the descriptor does not have",
    (board) => {
      const [
        row = number(0),
        column = number(0),
        rows = number(1),
        columns = number(1),
        ,
        inputs = number(0),
      ] = mvm.encodeRequest(mvmRequest(board));
      return [0, 1, 2, 3, 4, 5]
        .filter((phases) => !ability(board).phases.some((offered) => offered === phases))
        .map((phases) =>
          refused(unit(mvm.header, [row, column, rows, columns, number(phases), inputs]), -222),
        );
    },
    withMvm,
  ),
  scripted(
    "mvm.input-limits",
    "10.8",
    "refuses an input code beyond its converters, and does not clamp it",
    (board) => [
      refused(mvmMessage(board, { inputs: Int8Array.of(-largestInput(board) - 1) }), -222),
      ...(largestInput(board) < 127
        ? [refused(mvmMessage(board, { inputs: Int8Array.of(largestInput(board) + 1) }), -222)]
        : []),
    ],
    withMvm,
  ),
  scripted(
    "mvm.vectors",
    "10.8",
    "refuses no vector, and more than maxVectors",
    (board) => [
      refused(mvmMessage(board, vectors(0)), -222),
      refused(mvmMessage(board, vectors(ability(board).maxVectors + 1)), -222),
    ],
    withMvm,
  ),
  rule(
    "mvm.whole-vectors",
    "10.8",
    "refuses inputs that are no whole vectors, and executes nothing",
    async (probe) => {
      const { board } = probe;
      if (size(board).rows < 2) throw new NotApplicable("the arrays have one row");
      const message = mvmMessage(board, {
        cells: { row: 0, column: 0, rows: 2, columns: 1 },
        inputs: new Int8Array(3),
      });
      const before = (await asked(probe, chipTime)).chipSeconds;
      await take(probe, refused(message, -161));
      const after = (await asked(probe, chipTime)).chipSeconds;
      // Only a virtual clock stands still where nothing is executed.
      const virtual = board.descriptor.features.includes("advance-time");
      demand(!virtual || after <= before, message, "a clock that has not moved", `${after - before} s later`);
    },
    withMvm,
  ),
  rule(
    "mvm.largest-batch",
    "10.8",
    "multiplies as many vectors as it says",
    async (probe) => {
      const { rows, columns } = size(probe.board);
      const count = Math.min(ability(probe.board).maxVectors, Math.floor(maxCodes / Math.max(rows, columns)));
      await multiplied(probe, {
        cells: { row: 0, column: 0, rows, columns },
        inputs: new Int8Array(count * rows),
      });
    },
    withMvm,
  ),
  rule(
    "mvm.absent",
    "10.8",
    "refuses MVM with 1002, or does not know the header, when its descriptor has no mvm",
    (probe) => demandNotOffered(probe, [mvmMessage(probe.board)]),
    { unless: ({ descriptor }) => (descriptor.mvm === undefined ? undefined : "the descriptor has mvm") },
  ),
];
