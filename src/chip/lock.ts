/** The lock of a board: one program at a time changes the chip, also when they run on several hosts. Readings need none. */

import { LabError } from "../core/errors.ts";
import type { OpenedChip } from "./opened-chip.ts";

/** The feature of a board that has a lock. */
export const lockFeature = "lock";

export interface LockState {
  /** Whether this session may change the chip as the holder of the lock. */
  readonly holds: boolean;
  /** Undefined when the lock is free. */
  readonly owner: string | undefined;
  /** What is left of the lease, in real time; 0 when the lock is free. */
  readonly secondsLeft: number;
}

export interface ChipLock {
  /**
   * Takes the lock, or renews it. It shows the owner's text, which is all that it takes to be the holder: a program that was
   * restarted shows the same text and goes on, and the session that held the lock before does not hold it any more. May be repeated.
   * @param owner 1 to 64 printable ASCII characters without `"`.
   * @param leaseSeconds 1 to 86,400, after which the lock is free unless it was renewed.
   */
  request(owner: string, leaseSeconds: number): Promise<LockState>;
  state(): Promise<LockState>;
  /** Frees the lock when it is of exactly this owner, whoever asks. May be repeated. */
  release(owner: string): Promise<LockState>;
}

/** @throws LabError LIMIT on a board without a lock. */
export function lockOf({ descriptor, lock }: Pick<OpenedChip, "descriptor" | "lock">): ChipLock {
  if (lock !== undefined) return lock;
  throw new LabError("LIMIT", `${descriptor.model} ${descriptor.serialNumber} has no lock`, {
    next: "see to it that no other program uses the board",
  });
}

/** To be asked before anything is begun that changes the chip. @throws LabError LOCKED while another program has the lock. */
export async function assertNotLocked({ lock }: Pick<OpenedChip, "lock">): Promise<void> {
  const state = await lock?.state();
  if (state?.owner !== undefined && !state.holds) throw lockedBy(state);
}

/** The failure of a program that another one keeps away. */
export const lockedBy = ({ owner = "nobody", secondsLeft }: LockState): LabError =>
  new LabError("LOCKED", `the chip is locked by "${owner}" for another ${Math.ceil(secondsLeft)} s`, {
    next: `wait until that program has ended; if it is gone: pcmlab lock --chip RESOURCE --release "${owner}"`,
  });
