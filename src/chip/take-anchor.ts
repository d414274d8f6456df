/** Looks at the clocks of a chip and of this host at the same time. */

import type { Clock } from "../core/clock.ts";
import { LabError } from "../core/errors.ts";
import type { OpenedChip } from "./opened-chip.ts";
import type { Anchor } from "./timeline.ts";

const maxAttempts = 3;

/**
 * @param epoch new for every process, since monotonic times of two processes have nothing to do with each other.
 * @throws LabError BOARD_RESTARTED when the board restarts at every attempt, and what the board throws.
 */
export async function takeAnchor(
  board: Pick<OpenedChip, "now" | "currentBootId">,
  clock: Clock,
  epoch: string,
): Promise<Anchor> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const bootId = await board.currentBootId();
    const anchor = await looked(board, clock, epoch);
    if ((await board.currentBootId()) === bootId) return { bootId, ...anchor };
  }
  throw new LabError(
    "BOARD_RESTARTED",
    `the board restarted ${maxAttempts} times while its clock was asked`,
    {
      next: "check its power supply",
    },
  );
}

async function looked(
  board: Pick<OpenedChip, "now">,
  clock: Clock,
  epoch: string,
): Promise<Omit<Anchor, "bootId">> {
  const before = clock.monotonicSeconds();
  const chipSeconds = await board.now();
  const after = clock.monotonicSeconds();
  const uncertaintySeconds = (after - before) / 2;
  return {
    chipSeconds,
    wallSeconds: clock.wallSeconds() - uncertaintySeconds,
    uncertaintySeconds,
    monotonic: { epoch, seconds: before + uncertaintySeconds },
  };
}
