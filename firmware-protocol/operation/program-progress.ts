/** PROGram:PROGress? — how far a program-and-verify run of the board has come; answered while it runs. */

import { type Element, number } from "../scpi/element.ts";
import type { Fields } from "../scpi/fields.ts";
import type { Operation } from "./operation.ts";
import { maxOperationId } from "./pulse-reply.ts";
import { maxCells } from "./region-fields.ts";

/** By their numbers on the wire. `refused`: a pulse would have left what the board allows; its error is in the queue. */
export const programStates = ["running", "finished", "aborted", "refused"] as const;
export type ProgramState = (typeof programStates)[number];

export interface ProgramProgress {
  readonly operationId: number;
  readonly state: ProgramState;
  /** Chosen cells, and those of them that have come to an outcome. */
  readonly cells: number;
  readonly cellsDone: number;
  /** Verifying readings, of some or all cells each. */
  readonly readings: number;
  readonly pulses: number;
  /** Chip time of this answer. */
  readonly chipSeconds: number;
}

export interface ProgramQuery {
  /** Of the `PROGram:VERify?` that began it. */
  readonly operationId: number;
}

export const encodeQuery = ({ operationId }: ProgramQuery): Element[] => [number(operationId)];
export const decodeQuery = (fields: Fields): ProgramQuery => ({
  operationId: fields.integer("operation id", 1, maxOperationId),
});

export const encodeState = (state: ProgramState): Element => number(programStates.indexOf(state));
export const decodeState = (fields: Fields): ProgramState =>
  programStates[fields.integer("state", 0, programStates.length - 1)]!;

export const encodeProgress = (reply: ProgramProgress): Element[] => [
  number(reply.operationId),
  encodeState(reply.state),
  ...[reply.cells, reply.cellsDone, reply.readings, reply.pulses, reply.chipSeconds].map(number),
];

export const decodeProgress = (fields: Fields): ProgramProgress => ({
  operationId: fields.integer("operation id", 1, maxOperationId),
  state: decodeState(fields),
  cells: fields.integer("cells", 0, maxCells),
  cellsDone: fields.integer("cells done", 0, maxCells),
  readings: fields.integer("readings", 0, Number.MAX_SAFE_INTEGER),
  pulses: fields.integer("pulses", 0, Number.MAX_SAFE_INTEGER),
  chipSeconds: fields.real("chip time", 0),
});

export const programProgress: Operation<ProgramQuery, ProgramProgress> = {
  header: "PROGram:PROGress?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: encodeQuery,
  decodeRequest: decodeQuery,
  encodeReply: encodeProgress,
  decodeReply: decodeProgress,
};
