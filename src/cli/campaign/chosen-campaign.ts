/** Which campaign of a store a command is about. */

import { LabError } from "../../core/errors.ts";
import type { StoredCampaign } from "../../store/campaign-rows.ts";
import type { Store } from "../../store/store.ts";

/** The one of that number, or the newest. @throws LabError STORE_CONTENT. */
export function chosenCampaign(store: Store, number: number | undefined): StoredCampaign {
  const all = store.campaigns.list();
  const found = number === undefined ? all.at(-1) : all.find(({ id }) => id === number);
  if (found !== undefined) return found;
  const what = number === undefined ? "no campaign" : `no campaign ${number}`;
  throw new LabError("STORE_CONTENT", `${store.path} holds ${what}`, {
    next: "plan one: pcmlab campaign new --chip PORT --store FILE --at 25s,1min..30d/12",
  });
}

/** Whether it has come to its end. */
export const isOver = (store: Store, { id }: StoredCampaign): boolean =>
  ["finished", "stopped"].includes(store.campaigns.state(id).state);

/** Of the newest campaign that is not over; undefined when there is none. */
export const unfinishedCampaign = (store: Store): StoredCampaign | undefined =>
  store.campaigns.list().findLast((campaign) => !isOver(store, campaign));
