/** PROGram:RESult? — what a program-and-verify run of the board did to each cell; refused while it runs. */

import { littleEndianBytes, uint16FromLittleEndian } from "../../src/core/bytes.ts";
import { block, number } from "../scpi/element.ts";
import { ScpiFault } from "../scpi/errors.ts";
import type { Fields } from "../scpi/fields.ts";
import type { Operation } from "./operation.ts";
import {
  decodeQuery,
  decodeState,
  encodeQuery,
  encodeState,
  type ProgramQuery,
  type ProgramState,
} from "./program-progress.ts";
import { maxOperationId } from "./pulse-reply.ts";

/** Arrays have one value for each chosen cell, in the order of cells. */
export interface ProgramResult {
  readonly operationId: number;
  readonly state: Exclude<ProgramState, "running">;
  /** Chip times before the first and after the last pulse; equal when there was none. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** 0 converged, 1 exhausted, 2 stuck low, 3 stuck high, 4 skipped, 5 unknown. */
  readonly outcomes: Uint8Array;
  /** Pulses after the first reading. */
  readonly iterations: Uint8Array;
  /** All pulses. */
  readonly cellPulses: Uint16Array;
  /** The last reading, the sum of its codes; 0 without one. */
  readonly codeSums: Uint16Array;
}

const largestOutcome = 5;

export const programResult: Operation<ProgramQuery, ProgramResult> = {
  header: "PROGram:RESult?",
  repeatable: true,
  timeout: "bulk",
  encodeRequest: encodeQuery,
  decodeRequest: decodeQuery,
  encodeReply: (reply) => [
    number(reply.operationId),
    encodeState(reply.state),
    number(reply.startSeconds),
    number(reply.endSeconds),
    block(reply.outcomes),
    block(reply.iterations),
    block(littleEndianBytes(reply.cellPulses)),
    block(littleEndianBytes(reply.codeSums)),
  ],
  decodeReply(fields) {
    const operationId = fields.integer("operation id", 1, maxOperationId);
    const state = endedState(fields);
    const startSeconds = fields.real("start", 0);
    const endSeconds = fields.real("end", 0);
    const outcomes = decodeOutcomes(fields);
    const cells = outcomes.length;
    const iterations = fields.block("iterations", cells).slice();
    const cellPulses = uint16FromLittleEndian(fields.block("pulses", 2 * cells));
    const codeSums = uint16FromLittleEndian(fields.block("code sums", 2 * cells));
    return { operationId, state, startSeconds, endSeconds, outcomes, iterations, cellPulses, codeSums };
  },
};

function endedState(fields: Fields): ProgramResult["state"] {
  const state = decodeState(fields);
  if (state === "running") throw new ScpiFault(-222, "state 0, a result has 1 to 3");
  return state;
}

function decodeOutcomes(fields: Fields): Uint8Array {
  const outcomes = fields.block("outcomes").slice();
  const odd = outcomes.find((code) => code > largestOutcome);
  if (odd === undefined) return outcomes;
  throw new ScpiFault(-222, `outcome ${odd}, allowed 0 to ${largestOutcome}`);
}
