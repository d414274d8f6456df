/**
 * The lock over a line that may be lost. A new line is a new session, which does not hold the lock until it shows the owner's text
 * again, and nothing that changes the chip may be sent before: so it is shown while the board is being opened again.
 */

import { type ChipLock, lockedBy, lockOf } from "../../src/chip/lock.ts";
import type { RemoteChip } from "./remote-chip.ts";

interface Shown {
  readonly owner: string;
  readonly leaseSeconds: number;
}

export class KeptLock {
  #shown: Shown | undefined;

  /** @param ask performs on the line as it is then. */
  over(ask: <T>(run: (lock: ChipLock) => Promise<T>) => Promise<T>): ChipLock {
    return {
      request: async (owner, leaseSeconds) => {
        const state = await ask((lock) => lock.request(owner, leaseSeconds));
        if (state.holds) this.#shown = { owner, leaseSeconds };
        return state;
      },
      state: () => ask((lock) => lock.state()),
      release: (owner) => {
        if (this.#shown?.owner === owner) this.#shown = undefined;
        return ask((lock) => lock.release(owner));
      },
    };
  }

  /** @throws LabError LOCKED when another program has the lock now; the chip is closed then, as at any other failure. */
  async regain(chip: RemoteChip): Promise<RemoteChip> {
    if (this.#shown === undefined) return chip;
    const { owner, leaseSeconds } = this.#shown;
    try {
      const state = await lockOf(chip).request(owner, leaseSeconds);
      if (state.holds) return chip;
      throw lockedBy(state);
    } catch (failure) {
      await chip.close();
      throw failure;
    }
  }
}
