/** The journal of what a campaign as a whole is doing, and what the next process would like to know of the board. */

import { textOf } from "../core/errors.ts";
import type { CampaignState } from "../store/campaign-rows.ts";
import { isInterruption } from "./failures.ts";
import { type Ink, willPass } from "./ink.ts";
import type { CampaignJob } from "./job.ts";

export class StateJournal {
  readonly #job: CampaignJob;
  readonly #ink: Ink;

  constructor(job: CampaignJob, ink: Ink) {
    this.#job = job;
    this.#ink = ink;
  }

  async enter(state: CampaignState, reason: string | null): Promise<void> {
    const { pen, presence, clock } = this.#job;
    const { store, campaign, run } = pen;
    const entry = { run, state, reason, atSeconds: presence.estimate(), wallSeconds: clock.wallSeconds() };
    await this.#ink.write(() => {
      store.campaigns.putBoot(campaign.id, presence.boot);
      store.campaigns.enter(campaign.id, entry);
    });
  }

  /** A store that takes nothing more keeps the state that it has: the next process sees that this one is gone. */
  broken(failure: unknown): void {
    const { pen, presence, hold, clock } = this.#job;
    const { store, campaign, run } = pen;
    const reason = isInterruption(failure) ? "interrupted" : `failed: ${textOf(failure)}`;
    const at = { atSeconds: presence.estimate(), wallSeconds: clock.wallSeconds() };
    try {
      store.transaction(() => {
        hold.assertHeld();
        store.campaigns.putBoot(campaign.id, presence.boot);
        store.campaigns.enter(campaign.id, { run, state: "paused", reason, ...at });
      });
    } catch {
      // The failure that is on its way to the user says more.
    }
  }

  /** When and where the board was seen last, and what its line did; a store that takes nothing now may do without. */
  keepAnchor(): void {
    const { pen, presence, lineReport, clock } = this.#job;
    const { store, campaign, run } = pen;
    const report = lineReport();
    try {
      store.quickly(() => {
        store.campaigns.putBoot(campaign.id, presence.boot);
        if (report !== undefined)
          store.campaigns.putLinkReport(campaign.id, run, clock.wallSeconds(), report);
      });
    } catch (failure) {
      if (!willPass(failure)) throw failure;
    }
  }
}
