/** What is done with the operations in doubt once a board answers again, from what it remembers (SPEC.md, At most once). */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { PulseOrder } from "../../src/chip/pulse.ts";
import { type BoardMemory, pulseFate } from "../../src/chip/pulse-fate.ts";
import { LabError } from "../../src/core/errors.ts";

/** An operation that was asked for and has no answer. */
export interface InDoubt {
  /** Missing for operations that may be repeated. */
  readonly pulse?: PulseOrder | undefined;
  /** Whether the board may have heard of it; false when it waits to be sent for the first time. */
  readonly sent: boolean;
}

export type RecoveryPlan<T extends InDoubt> =
  | {
      readonly kind: "resume";
      /** Sent again in this order, pulses under the ids that they have: what the board has applied it answers from its record. */
      readonly send: readonly T[];
      /** Pulses that the board handled and of which it has no record any more. */
      readonly unknown: readonly T[];
      /** The pulses whose id the board's record has: sent again before anything else, since only its answer says whose they were. */
      readonly recorded: T | undefined;
    }
  | { readonly kind: "stop"; readonly failure: LabError };

/**
 * @param inDoubt in the order in which they were asked for, so that ids rise.
 * @param before the board's boot id when it was opened, and the highest operation id that this program has given since.
 * @param board what it says now, in a new session, or behind everything that was sent before.
 */
export function planRecovery<T extends InDoubt>(
  inDoubt: readonly T[],
  before: { readonly bootId: number; readonly highestId: number },
  board: BoardMemory,
): RecoveryPlan<T> {
  const doubtful = inDoubt.filter(({ pulse, sent }) => pulse !== undefined && sent).length;
  if (board.bootId !== before.bootId) return { kind: "stop", failure: restarted(doubtful) };
  const strange = ({ pulse, sent }: T) =>
    pulse !== undefined && !sent && pulse.operationId <= board.lastOperationId;
  if (board.lastOperationId > before.highestId || inDoubt.some(strange))
    return { kind: "stop", failure: takenOver(doubtful) };
  const fateOf = ({ pulse }: T) =>
    pulse === undefined ? "not-applied" : pulseFate(pulse.operationId, before.bootId, board);
  return {
    kind: "resume",
    send: inDoubt.filter((one) => fateOf(one) !== "unknown"),
    unknown: inDoubt.filter((one) => fateOf(one) === "unknown"),
    recorded: inDoubt.find((one) => fateOf(one) === "applied"),
  };
}

/** Whether two descriptors are of one chip. */
export const sameChip = (a: Descriptor, b: Descriptor): boolean =>
  a.manufacturer === b.manufacturer && a.model === b.model && a.serialNumber === b.serialNumber;

/** The failure of a command whose board lost its power. @param unknown pulse operations that were sent and not acknowledged. */
export function restarted(unknown: number): LabError {
  return new LabError("BOARD_RESTARTED", `the board restarted; ${fateText(unknown)}`, {
    next: "check its power supply; what was acknowledged is stored. `pcmlab resume` programs the rest of a network; the chip's clock began anew",
  });
}

/** The failure of a command whose board another host pulsed. @param unknown pulse operations that were sent and not acknowledged. */
export function takenOver(unknown: number): LabError {
  return new LabError(
    "LINK_LOST",
    `another program pulsed the board while the line was lost; ${fateText(unknown)}`,
    { next: "close the other program, then program the region again: its cells may have been changed" },
  );
}

const fateText = (unknown: number): string =>
  unknown === 0
    ? "no pulses were under way"
    : `it is unknown whether ${unknown} pulse operation${unknown === 1 ? " was" : "s were"} applied`;
