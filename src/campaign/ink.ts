/** Writes into the store; where the disk is full, waits until there is room, and what is to be written waits in memory. */

import type { Clock, Timer } from "../core/clock.ts";
import { sleep } from "../core/sleep.ts";
import { formatDuration } from "../core/units.ts";
import { isDiskFull } from "../store/failure.ts";
import { interrupted } from "./attendance.ts";
import type { Tell } from "./campaign-event.ts";
import type { Hold } from "./hold.ts";
import type { Impediments } from "./impediments.ts";
import type { Pen } from "./journal.ts";

export interface InkOptions {
  readonly pen: Pen;
  readonly hold: Hold;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly stop: AbortSignal;
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
   * @param now of the timeline. @throws LabError INTERRUPTED when the user stops while the disk is full, and what `work` throws.
   */
  async write(work: () => void, impediments: Impediments, now: () => number): Promise<void> {
    const { clock, timer, stop, tell } = this.#options;
    const full = this.#tried(work);
    if (full === undefined) return;
    const sinceSeconds = clock.monotonicSeconds();
    const wallSeconds = clock.wallSeconds();
    const at = now();
    impediments.begin(at, "the disk was full");
    tell("disk-full", "error", `${full.message}; paused until there is room, with a reading in memory`);
    for (let pause = firstPauseSeconds; ; pause = Math.min(2 * pause, longestPauseSeconds)) {
      await sleep(pause, timer, stop, interrupted);
      if (this.#tried(work) === undefined) break;
    }
    impediments.end(now());
    this.#journal(at, wallSeconds, now());
    const seconds = formatDuration(clock.monotonicSeconds() - sinceSeconds);
    tell("disk-room", "info", `there is room on the disk again after ${seconds}: going on`);
    this.#options.kept();
  }

  /** Gives the failure of a full disk. */
  #tried(work: () => void): Error | undefined {
    const { pen, hold } = this.#options;
    try {
      pen.store.transaction(() => {
        hold.assertHeld();
        work();
      });
      return undefined;
    } catch (failure) {
      if (failure instanceof Error && isDiskFull(failure)) return failure;
      throw failure;
    }
  }

  /** The pause, which could not be written down when it began. */
  #journal(fromSeconds: number, fromWallSeconds: number, untilSeconds: number): void {
    const { pen, clock } = this.#options;
    const { store, campaign, run } = pen;
    const paused = { run, state: "paused", reason: "the disk was full" } as const;
    this.#tried(() => {
      store.campaigns.enter(campaign.id, { ...paused, atSeconds: fromSeconds, wallSeconds: fromWallSeconds });
      store.campaigns.enter(campaign.id, {
        run,
        state: "running",
        reason: "there was room again",
        atSeconds: untilSeconds,
        wallSeconds: clock.wallSeconds(),
      });
    });
  }
}
