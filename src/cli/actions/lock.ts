/** Says which program has the lock of a board, and frees it when that program is gone. */

import { type LockState, lockOf } from "../../chip/lock.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration } from "../../core/units.ts";
import type { Context } from "../context.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface LockArguments extends ChipArguments {
  /** Frees the lock when it is of exactly this owner. */
  readonly release?: string | undefined;
}

/** @throws LabError LIMIT on a board without a lock, USAGE when the lock is not of the owner that is to be released. */
export async function lock(args: LockArguments, context: Context): Promise<void> {
  await withChip(args, context, async (_, board) => {
    const { owner, secondsLeft } = await askedOf(lockOf(board), args.release);
    const { resource, identification } = board;
    context.output.result(
      { resource, identification, owner: owner ?? null, secondsLeft },
      [identification, lockLine({ owner, secondsLeft })].join("\n"),
    );
  });
}

export const lockLine = ({ owner, secondsLeft }: Pick<LockState, "owner" | "secondsLeft">): string =>
  owner === undefined
    ? "lock        free"
    : `lock        held by "${owner}" for another ${formatDuration(Math.ceil(secondsLeft))} unless it is renewed`;

async function askedOf(held: ReturnType<typeof lockOf>, owner: string | undefined): Promise<LockState> {
  const before = await held.state();
  if (owner === undefined) return before;
  if (before.owner === owner) return held.release(owner);
  throw new LabError("USAGE", `the lock is not "${owner}"'s: ${lockLine(before).replace(/^lock +/, "")}`, {
    next: "run `pcmlab lock` without --release, and give the owner as it says",
  });
}
