/** A chip that a campaign is reading is left to it. */

import { heldText } from "../../campaign/hold.ts";
import { LabError } from "../../core/errors.ts";
import type { Store } from "../../store/store.ts";
import { isHeld } from "./lock-owner.ts";

/** @throws LabError LOCKED when a process runs a campaign of this store, and is not paused. */
export function assertNoCampaignRuns(store: Store, wallSeconds: number): void {
  const held = store.campaignLocks
    .list()
    .find((lock) => isHeld(lock, wallSeconds) && store.campaigns.state(lock.campaign).state === "running");
  if (held === undefined) return;
  throw new LabError("LOCKED", heldText(held, wallSeconds), {
    next: `let it rest meanwhile: pcmlab campaign pause --store ${store.path}, and afterwards resume`,
  });
}
