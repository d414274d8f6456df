/** What a process that runs a campaign is given. */

import type { Clock, Timer } from "../core/clock.ts";
import type { CampaignEvent } from "./campaign-event.ts";
import type { Hold } from "./hold.ts";
import type { Pen } from "./journal.ts";
import type { CampaignPlan } from "./plan.ts";
import type { Presence } from "./presence.ts";

export interface CampaignJob {
  readonly pen: Pen;
  readonly plan: CampaignPlan;
  readonly hold: Hold;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly stop: AbortSignal;
  /** Events for people, besides those that the store keeps. */
  readonly hear: (event: CampaignEvent) => void;
  /** Told of slots that got their outcome. */
  readonly advanced: (slots: number) => void;
  /** What the line to the board did until now; undefined when it does not count that. */
  readonly lineReport: () => object | undefined;
}
