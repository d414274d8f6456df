/** Rules of pulse requests that a board refuses: no pulse, and the id stays free. */

import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { asked, demand, freshId, wearing } from "../asking.ts";
import { type Board, longestNanoseconds, shortestNanoseconds } from "../board.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { refused, take } from "../step.ts";

export type Refused = readonly [message: Uint8Array, error: number];

/** A rule of requests that are refused whole: no pulse, and the record stays. */
export const refusing = (
  id: string,
  section: string,
  must: string,
  requests: (board: Board, id: number) => readonly Refused[],
): Rule => rule(id, section, must, (probe) => refuseAll(probe, requests), { pulses: true });

/** @throws Mismatch unless every request is refused, gives no pulse, and leaves the record. */
export async function refuseAll(
  probe: Probe,
  requests: (board: Board, id: number) => readonly Refused[],
): Promise<void> {
  const id = await freshId(probe);
  for (const [message, error] of requests(probe.board, id)) {
    await wearing(probe, message, async () => {
      await take(probe, refused(message, error));
      return [];
    });
    const { lastOperationId } = await asked(probe, lastOperation);
    demand(
      lastOperationId < id,
      message,
      `last operation id below ${id}, since it was refused`,
      lastOperationId,
    );
  }
}

/** Widths and trailing edges in ns just outside the limits. */
export function wrongShapes({
  program,
}: Descriptor): { readonly widthNanoseconds?: number; readonly trailingNanoseconds?: number }[] {
  const tooShort = Math.ceil(program.minWidthSeconds * 1e9 - 0.5) - 1;
  return [
    { widthNanoseconds: Math.max(0, tooShort) },
    { widthNanoseconds: longestNanoseconds(program.maxWidthSeconds) + 1 },
    { trailingNanoseconds: longestNanoseconds(program.maxTrailingSeconds) + 1 },
  ];
}

export const aFraction = (board: Board) => ({
  widthNanoseconds: shortestNanoseconds(board.descriptor) + 0.5,
});
