/** What is found out, and said, of pulses whose answer was lost, once the board answers again. */

import { lastOperation } from "../../firmware-protocol/operation/last-operation.ts";
import { type PulseOrder, type PulseReceipt, pulsesIn } from "../../src/chip/pulse.ts";
import { pulseFate } from "../../src/chip/pulse-fate.ts";
import { LabError } from "../../src/core/errors.ts";
import type { InDoubt, RecoveryPlan } from "./recovery-plan.ts";
import type { RemoteChip } from "./remote-chip.ts";

/** Pulses are under way whose id the board has accepted in another message: another host pulsed it. */
export const takeover = Symbol("takeover");

/** What this program knows of the board. */
interface Known {
  /** The highest operation id that it has given. */
  readonly highestId: number;
  /** The latest chip time that any answer told. */
  readonly chipSeconds: number;
}

/**
 * Sends pulses again that were sent before. Refused ones may have been applied in the meantime, by a board that worked off what it
 * had received; or their id was taken by another host, since the board answers its own record to the same message (SPEC.md, A3).
 * @throws what the board refuses for another reason, and the failures of the line.
 */
export async function pulsedAgain(
  chip: RemoteChip,
  order: PulseOrder,
  known: Known,
): Promise<PulseReceipt | typeof takeover> {
  try {
    return await chip.pulseAs(order.operationId, order.region, order.train);
  } catch (failure) {
    if (!(failure instanceof LabError && failure.code === "REFUSED")) throw failure;
    const board = await chip.perform(lastOperation, {});
    const fate = pulseFate(order.operationId, chip.bootId, board);
    if (fate === "not-applied") throw failure;
    if (fate === "applied" || board.lastOperationId > known.highestId) return takeover;
    return unknownReceipt(order, known.chipSeconds, await chip.now());
  }
}

/** @param fromSeconds chip time before anything that the order may have done. @param untilSeconds chip time after it. */
export const unknownReceipt = (
  order: PulseOrder,
  fromSeconds: number,
  untilSeconds: number,
): PulseReceipt => ({
  operationId: order.operationId,
  certainty: "unknown",
  pulses: pulsesIn(order.train),
  startSeconds: Math.min(fromSeconds, untilSeconds),
  endSeconds: untilSeconds,
});

export function planText<T extends InDoubt>({
  send,
  unknown,
}: Extract<RecoveryPlan<T>, { kind: "resume" }>): string {
  const again = send.filter(({ sent }) => sent).length;
  const asked = `${again} operation${again === 1 ? "" : "s"} asked again`;
  return unknown.length === 0 ? asked : `${asked}, ${unknown.length} with an unknown outcome`;
}
