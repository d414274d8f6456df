/** Takes the lock of a board and renews it until it is released. */

import type { Timer } from "../core/clock.ts";
import { LabError, textOf } from "../core/errors.ts";
import { type ChipLock, lockedBy } from "./lock.ts";

export interface HoldLockOptions {
  readonly owner: string;
  /** Longer than the longest operation by some times: a renewal waits behind it. */
  readonly leaseSeconds: number;
  readonly timer: Timer;
  /** Told once when the lock is another's, or could not be renewed for a whole lease. */
  readonly lost: (failure: LabError) => void;
}

export interface HeldLock {
  /** Ends the renewals and frees the lock. A line that is lost cannot be told: then the lease ends by itself. */
  release(): Promise<void>;
}

const renewalsPerLease = 3;

/** @throws LabError LOCKED when it is another owner's, and what the lock throws. */
export async function holdLock(lock: ChipLock, options: HoldLockOptions): Promise<HeldLock> {
  const { owner, leaseSeconds } = options;
  const state = await lock.request(owner, leaseSeconds);
  if (!state.holds) throw lockedBy(state);
  const renewal = new Renewal(lock, options);
  return {
    async release() {
      await renewal.end();
      await lock.release(owner).catch(() => {});
    },
  };
}

class Renewal {
  readonly #lock: ChipLock;
  readonly #options: HoldLockOptions;
  #cancel = (): void => {};
  #asking: Promise<void> = Promise.resolve();
  #ended = false;
  #failures = 0;

  constructor(lock: ChipLock, options: HoldLockOptions) {
    this.#lock = lock;
    this.#options = options;
    this.#later();
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#cancel();
    await this.#asking;
  }

  #later(): void {
    const { timer, leaseSeconds } = this.#options;
    this.#cancel = timer.after(leaseSeconds / renewalsPerLease, () => {
      this.#asking = this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const failure = await this.#failureOfRequest();
    if (this.#ended) return;
    if (failure === undefined) return this.#later();
    this.#ended = true;
    this.#options.lost(failure);
  }

  /** Undefined while there is hope: a line that was lost may be back at the next renewal. */
  async #failureOfRequest(): Promise<LabError | undefined> {
    const { owner, leaseSeconds } = this.#options;
    try {
      const state = await this.#lock.request(owner, leaseSeconds);
      this.#failures = 0;
      return state.holds ? undefined : lockedBy(state);
    } catch (thrown) {
      const failure =
        thrown instanceof LabError ? thrown : new LabError("LINK_LOST", textOf(thrown), { cause: thrown });
      const isFinal = failure.code === "LOCKED" || ++this.#failures >= renewalsPerLease;
      return isFinal ? failure : undefined;
    }
  }
}
