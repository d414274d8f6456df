/**
 * What became of a pulse operation whose acknowledgement was lost, from what the board says once it answers again (SPEC.md, At
 * most once). Only an operation that was not applied may be sent again; only a verifying read settles what is unknown.
 */

import { LabError } from "../core/errors.ts";

export type PulseFate = "applied" | "not-applied" | "unknown";

export interface BoardMemory {
  /** New at every power-up. */
  readonly bootId: number;
  /** The last pulse operation that the board accepted since power-up; 0 when none. */
  readonly lastOperationId: number;
}

/**
 * @param operationId of the operation that is in doubt.
 * @param bootId of the board when the operation was sent.
 * @param board asked over a line on which nothing that was sent before can still arrive: behind it in the same stream, or in a new session.
 */
export function pulseFate(operationId: number, bootId: number, board: BoardMemory): PulseFate {
  // Whatever was accepted before the power was lost is forgotten.
  if (board.bootId !== bootId) return "unknown";
  if (operationId > board.lastOperationId) return "not-applied";
  // A later one was accepted, so this one was handled; but a refusal leaves no record.
  return operationId === board.lastOperationId ? "applied" : "unknown";
}

/** Of pulses that failed: LIMIT means that nothing was sent, REFUSED and LOCKED that nothing was done (SPEC.md); after any other failure nobody knows. */
export const mayHaveBeenApplied = (failure: unknown): boolean =>
  !(failure instanceof LabError && (failure.unsent || ["LIMIT", "REFUSED", "LOCKED"].includes(failure.code)));
