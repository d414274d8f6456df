/** Holding the campaign of a chip: a lock in the store that its owner prolongs, and that others may have when its time is over. */

import { LabError } from "../core/errors.ts";
import { formatDuration } from "../core/units.ts";
import type { CampaignLock, LockOwner } from "../store/campaign-locks.ts";
import type { CampaignId } from "../store/identity.ts";
import type { Store } from "../store/store.ts";

/** So long a lock outlives a process of which nobody can say whether it is alive. */
export const leaseSeconds = 120;
const beatSeconds = 20;

export interface Holding {
  readonly store: Store;
  readonly campaign: CampaignId;
  /** As `chipIdentity` names it. */
  readonly chip: string;
  readonly owner: LockOwner;
  /** Whether the process of a lock is known to have ended: it was on this machine. */
  readonly hasEnded: (lock: LockOwner) => boolean;
}

export class Hold {
  readonly #holding: Holding;
  #beatenWallSeconds: number;

  /** @throws LabError LOCKED when another process holds the chip. */
  constructor(holding: Holding, wallSeconds: number) {
    const { store, campaign, chip, owner, hasEnded } = holding;
    this.#holding = holding;
    this.#beatenWallSeconds = wallSeconds;
    const times = { sinceWallSeconds: wallSeconds, untilWallSeconds: wallSeconds + leaseSeconds };
    const lock = { ...owner, chip, campaign, ...times };
    const held = store.campaignLocks.take(
      lock,
      (other) => other.untilWallSeconds < wallSeconds || hasEnded(other),
    );
    if (held !== undefined) throw heldFailure(held, wallSeconds);
  }

  /** Prolongs the lock when it is time. @throws LabError STORE_CONTENT when another process has taken it. */
  beat(wallSeconds: number): void {
    // Also when the clock was set back: the lock would seem to be of the future for too long otherwise.
    if (Math.abs(wallSeconds - this.#beatenWallSeconds) < beatSeconds) return;
    const { store, chip, owner } = this.#holding;
    store.quickly(() =>
      store.campaignLocks.prolong({ chip, owner: owner.owner }, wallSeconds + leaseSeconds),
    );
    this.#beatenWallSeconds = wallSeconds;
  }

  /** To be called in every transaction of the campaign. @throws LabError STORE_CONTENT. */
  assertHeld(): void {
    const { store, chip, owner } = this.#holding;
    store.campaignLocks.assertHeld({ chip, owner: owner.owner });
  }

  release(): void {
    const { store, chip, owner } = this.#holding;
    store.campaignLocks.release({ chip, owner: owner.owner });
  }
}

/** Who holds a lock, since when, and until when, for people. */
export function heldText(lock: CampaignLock, wallSeconds: number): string {
  const since = formatDuration(Math.max(0, wallSeconds - lock.sinceWallSeconds));
  const until = formatDuration(Math.max(0, lock.untilWallSeconds - wallSeconds));
  return `process ${lock.process} on ${lock.host} runs campaign ${lock.campaign} of ${lock.chip}: since ${since} ago, for another ${until} at the least`;
}

export const heldFailure = (lock: CampaignLock, wallSeconds: number): LabError =>
  new LabError("LOCKED", heldText(lock, wallSeconds), {
    next: "see `pcmlab campaign status`; `pcmlab campaign stop` or `pause` asks that process to let go",
  });
