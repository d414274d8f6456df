/** What a campaign looks at between readings and while it waits: requests of other processes, its lock, and the host's clocks. */

import type { Clock, Timer } from "../core/clock.ts";
import { formatDuration } from "../core/units.ts";
import type { CampaignRequest } from "../store/campaigns.ts";
import type { CampaignId } from "../store/identity.ts";
import type { Store } from "../store/store.ts";
import type { Tell } from "./campaign-event.ts";
import { ClockJumps } from "./clock-jump.ts";
import { interrupted } from "./failures.ts";
import type { Hold } from "./hold.ts";
import { willPass } from "./ink.ts";

const lookSeconds = 1;

export interface Attended {
  readonly store: Store;
  readonly campaign: CampaignId;
  readonly hold: Hold;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly stop: AbortSignal;
  readonly tell: Tell;
}

export class Attendance {
  readonly #attended: Attended;
  readonly #jumps: ClockJumps;
  #cancel: () => void = () => {};
  #wait = new AbortController();
  #failure: unknown;
  #request: CampaignRequest | undefined;

  constructor(attended: Attended) {
    this.#attended = attended;
    this.#jumps = new ClockJumps(attended.clock);
    this.#lookAgain();
  }

  /** Looks at everything now. @throws LabError INTERRUPTED when the user stops, STORE_CONTENT when another process has the lock. */
  look(): CampaignRequest | undefined {
    if (this.#attended.stop.aborted) throw interrupted();
    this.#look();
    if (this.#failure !== undefined) throw this.#failure;
    return this.#request;
  }

  /** Aborted when there is something to look at. */
  waiting(): AbortSignal {
    this.#wait = new AbortController();
    return AbortSignal.any([this.#wait.signal, this.#attended.stop]);
  }

  /** The request was seen and is being done. */
  answered(): void {
    const { store, campaign } = this.#attended;
    const request = this.#request;
    this.#request = undefined;
    if (request === undefined) return;
    try {
      store.campaigns.forgetRequest(campaign, request);
    } catch (failure) {
      // It is seen once more then, and asks for what is so already.
      if (!willPass(failure)) throw failure;
    }
  }

  end(): void {
    this.#cancel();
  }

  #lookAgain(): void {
    this.#cancel = this.#attended.timer.after(lookSeconds, () => {
      this.#look();
      if (this.#failure !== undefined || this.#request !== undefined) this.#wait.abort();
      this.#lookAgain();
    });
  }

  #look(): void {
    const { store, campaign, hold, clock, tell } = this.#attended;
    const jump = this.#jumps.look();
    if (jump !== undefined) tell("clock-jump", "warning", jumpText(jump));
    try {
      hold.beat(clock.wallSeconds());
      this.#request = store.campaigns.request(campaign);
    } catch (failure) {
      // The lock is prolonged when the store can be written again: without it nobody else can take it.
      if (!willPass(failure)) this.#failure = failure;
    }
  }
}

const jumpText = (seconds: number): string =>
  `the host's clock went ${seconds > 0 ? "forward" : "back"} by ${formatDuration(Math.abs(seconds))}: it was set, or the machine slept; the schedule follows the chip's clock`;
