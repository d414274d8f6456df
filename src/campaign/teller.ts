/** Tells of events: to people at once, and to the store as soon as it takes them. */

import type { Clock } from "../core/clock.ts";
import type { StoredEvent } from "../store/events.ts";
import type { RunId } from "../store/identity.ts";
import type { Store } from "../store/store.ts";
import type { CampaignEvent, Tell } from "./campaign-event.ts";

/** Events that wait for room on the disk. */
const maxWaiting = 1000;

export class Teller {
  readonly #store: Store;
  readonly #run: RunId;
  readonly #clock: Clock;
  readonly #hear: (event: CampaignEvent) => void;
  #waiting: StoredEvent[] = [];

  constructor(store: Store, run: RunId, clock: Clock, hear: (event: CampaignEvent) => void) {
    this.#store = store;
    this.#run = run;
    this.#clock = clock;
    this.#hear = hear;
  }

  readonly tell: Tell = (kind, level, text) => {
    this.#hear({ kind, level, text });
    if (this.#waiting.length < maxWaiting)
      this.#waiting.push({ run: this.#run, wallSeconds: this.#clock.wallSeconds(), level, text });
    this.keep();
  };

  /** Events that the store does not take now are kept for later; what keeps it from them will fail a reading, too. */
  keep(): void {
    if (this.#waiting.length === 0) return;
    try {
      this.#store.transaction(() => {
        for (const event of this.#waiting) this.#store.events.add(event);
      });
      this.#waiting = [];
    } catch {
      return;
    }
  }
}
