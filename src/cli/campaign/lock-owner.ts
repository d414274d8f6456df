/** Who this process is, for locks, and whether another one that held a lock has ended. */

import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Prng } from "../../core/prng.ts";
import type { CampaignLock, LockOwner } from "../../store/campaign-locks.ts";
import type { StoredCampaign } from "../../store/campaign-rows.ts";

export const lockOwner = (prng: Prng): LockOwner => ({
  owner: [0, 1]
    .map(() =>
      prng
        .below(2 ** 32)
        .toString(16)
        .padStart(8, "0"),
    )
    .join(""),
  host: hostname(),
  process: process.pid,
  hostBoot: hostBoot(),
});

/** Whether the process of a lock is known to be gone: only of this machine one can know. */
export function hasEnded(lock: LockOwner): boolean {
  if (lock.host !== hostname()) return false;
  const boot = hostBoot();
  if (lock.hostBoot !== null && boot !== null && lock.hostBoot !== boot) return true;
  return !isAlive(lock.process);
}

/** Whether a process runs the campaign of this lock, as far as one can know. */
export const isHeld = (lock: CampaignLock | undefined, wallSeconds: number): lock is CampaignLock =>
  lock !== undefined && lock.untilWallSeconds >= wallSeconds && !hasEnded(lock);

/** The same for every process that runs this campaign, so that one takes over from another on the board. */
export const boardOwner = ({ id, plannedWallSeconds }: StoredCampaign): string =>
  `pcmlab campaign ${id} of ${plannedWallSeconds.toFixed(3)}`;

/** Linux names every power-up; elsewhere null. */
function hostBoot(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    // EPERM: there is one, of another user.
    return failure instanceof Error && "code" in failure && failure.code === "EPERM";
  }
}
