/** Writes into the store; where it cannot now, since the disk is full or another program has it, what is to be written waits in memory. */

import { sleep } from "../core/sleep.ts";
import { formatDuration } from "../core/units.ts";
import { isBusy, isDiskFull } from "../store/failure.ts";
import type { Tell } from "./campaign-event.ts";
import { interrupted } from "./failures.ts";
import type { Impediments } from "./impediments.ts";
import type { CampaignJob } from "./job.ts";

export interface InkOptions {
  readonly job: CampaignJob;
  readonly impediments: Impediments;
  readonly tell: Tell;
  /** Called when the store takes things again. */
  readonly kept: () => void;
}

const firstPauseSeconds = 1;
const longestPauseSeconds = 30;

export class Ink {
  readonly #options: InkOptions;

  constructor(options: InkOptions) {
    this.#options = options;
  }

  /**
   * Comes back when `work` is in the store, in one transaction.
   * @throws LabError INTERRUPTED when the user stops while the store takes nothing, and what `work` throws.
   */
  async write(work: () => void): Promise<void> {
    const failure = this.#tried(work);
    if (failure === undefined) return;
    const { job, impediments, tell } = this.#options;
    const { clock, presence } = job;
    const since = {
      seconds: clock.monotonicSeconds(),
      atSeconds: presence.estimate(),
      wallSeconds: clock.wallSeconds(),
      ...hindrances[isBusy(failure) ? "busy" : "full"],
    };
    impediments.begin(since.atSeconds, since.reason);
    tell(since.kind, "error", `${failure.message}; paused until it is over, with what was read in memory`);
    await this.#untilWritten(work);
    impediments.end(presence.estimate());
    this.#journal(since);
    const took = formatDuration(clock.monotonicSeconds() - since.seconds);
    tell("disk-room", "info", `the store can be written again after ${took}: going on`);
    this.#options.kept();
  }

  async #untilWritten(work: () => void): Promise<void> {
    const { timer, stop } = this.#options.job;
    for (let pause = firstPauseSeconds; ; pause = Math.min(2 * pause, longestPauseSeconds)) {
      await sleep(pause, timer, stop, interrupted);
      if (this.#tried(work) === undefined) return;
    }
  }

  /** Gives a failure that passes. */
  #tried(work: () => void): Error | undefined {
    const { pen, hold } = this.#options.job;
    try {
      pen.store.transaction(() => {
        hold.assertHeld();
        work();
      });
      return undefined;
    } catch (failure) {
      if (failure instanceof Error && willPass(failure)) return failure;
      throw failure;
    }
  }

  /** The pause, which could not be written down when it began. */
  #journal(since: {
    readonly atSeconds: number;
    readonly wallSeconds: number;
    readonly reason: string;
  }): void {
    const { pen, presence, clock } = this.#options.job;
    const { store, campaign, run } = pen;
    const { atSeconds, wallSeconds, reason } = since;
    const now = { atSeconds: presence.estimate(), wallSeconds: clock.wallSeconds() };
    this.#tried(() => {
      store.campaigns.enter(campaign.id, { run, state: "paused", reason, atSeconds, wallSeconds });
      store.campaigns.enter(campaign.id, {
        run,
        state: "running",
        reason: "the store could be written",
        ...now,
      });
    });
  }
}

const hindrances = {
  full: { kind: "disk-full", reason: "the disk was full" },
  busy: { kind: "store-busy", reason: "another program had the store" },
} as const;

/** Whether the store may take later what it does not take now. */
export const willPass = (failure: unknown): boolean => isDiskFull(failure) || isBusy(failure);
