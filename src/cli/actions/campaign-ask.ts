/** Asks the process that runs a campaign to pause, to go on or to stop; where none does, writes it into the store. */

import { Hold } from "../../campaign/hold.ts";
import { keepAbsence } from "../../campaign/journal.ts";
import { chipIdentity } from "../../chip/descriptor.ts";
import { LabError } from "../../core/errors.ts";
import type { StoredCampaign } from "../../store/campaign-rows.ts";
import type { CampaignRequest } from "../../store/campaigns.ts";
import { openStore, type Store } from "../../store/store.ts";
import { chosenCampaign, isOver } from "../campaign/chosen-campaign.ts";
import { hasEnded, lockOwner } from "../campaign/lock-owner.ts";
import { statusOf, statusText } from "../campaign/status-report.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";

export interface AskArguments {
  readonly store: string;
  readonly campaign?: number | undefined;
}

/** Whether there is a process that was asked. @throws LabError STORE_CONTENT when the campaign is over. */
export async function askCampaign(
  request: CampaignRequest,
  args: AskArguments,
  context: Context,
): Promise<boolean> {
  const store = openStore(args.store, { mode: "existing" });
  try {
    const campaign = chosenCampaign(store, args.campaign);
    assertNotOver(store, campaign);
    const wallSeconds = context.clock.wallSeconds();
    const { heldBy } = statusOf(store, campaign, wallSeconds);
    if (heldBy !== null) {
      store.campaigns.ask(campaign.id, request, wallSeconds);
      context.output.result(
        { campaign: campaign.id, request, asked: heldBy.process },
        askedText(request, heldBy),
      );
      return true;
    }
    if (request === "resume") return false;
    await alone(store, campaign, request, context);
    const status = statusOf(store, campaign, wallSeconds);
    context.output.result(status, statusText(status));
    return false;
  } finally {
    store.close();
  }
}

const askedText = (
  request: CampaignRequest,
  { process: number, host }: { process: number; host: string },
): string =>
  `asked process ${number} on ${host} to ${request}: it does so after the reading that is under way`;

/** Nobody runs it: it is held for a moment, so that nobody begins to meanwhile. */
async function alone(
  store: Store,
  campaign: StoredCampaign,
  request: "pause" | "stop",
  context: Context,
): Promise<void> {
  const { clock, prng } = context;
  const descriptor = store.chips.of(campaign.run)?.descriptor;
  if (descriptor === undefined) throw new RangeError(`campaign ${campaign.id} has no chip`);
  const chip = chipIdentity(descriptor);
  const hold = new Hold(
    { store, campaign: campaign.id, chip, owner: lockOwner(prng), hasEnded },
    clock.wallSeconds(),
  );
  try {
    const config = { campaign: campaign.id, request };
    await recorded(store, context, { command: "campaign", seed: null, config }, async (run) => {
      store.transaction(() => enter(store, campaign, request, { run, wallSeconds: clock.wallSeconds() }));
    });
  } finally {
    hold.release();
  }
}

function enter(
  store: Store,
  { id }: StoredCampaign,
  request: "pause" | "stop",
  by: { readonly run: ReturnType<Store["runs"]["begin"]>; readonly wallSeconds: number },
): void {
  const { campaigns } = store;
  const { run, wallSeconds } = by;
  const reason = "by the user";
  if (request === "pause") {
    campaigns.enter(id, { ...by, state: "paused", reason, atSeconds: null });
    return;
  }
  for (const slot of campaigns.slots(id))
    if (slot.outcome === null)
      keepAbsence(
        { store, run },
        { slot: slot.id, kind: "missed", reason: "the campaign was stopped", wallSeconds },
      );
  campaigns.enter(id, { ...by, state: "stopped", reason, atSeconds: null });
}

/** @throws LabError STORE_CONTENT. */
function assertNotOver(store: Store, campaign: StoredCampaign): void {
  if (!isOver(store, campaign)) return;
  const { state } = store.campaigns.state(campaign.id);
  throw new LabError(
    "STORE_CONTENT",
    `campaign ${campaign.id} of ${store.path} is ${state}: nothing is left to do`,
    {
      next: "plan another with `pcmlab campaign new`",
    },
  );
}
