/** A programming that did not come to its end: what goes on with it, and with what else its store holds. */

import { type ErrorCode, LabError } from "../../core/errors.ts";
import type { Store } from "../../store/store.ts";
import { unfinishedCampaign } from "../campaign/chosen-campaign.ts";

export interface Unfinished {
  readonly chip: string;
  readonly store: string;
}

export const resumeCommand = ({ chip, store }: Unfinished): string =>
  `pcmlab resume --chip ${asWord(chip)} --store ${asWord(store)}`;

/** What ends a programming without a fault of chip, network or store, and what to do first. */
const firstSteps: Partial<Readonly<Record<ErrorCode, string>>> = {
  INTERRUPTED: "what was acknowledged is stored; go on",
  LINK_LOST: "check cable and power, then go on",
  NO_ANSWER: "check power and cable, then go on",
};

/** The failure of a programming that had begun; to run `program` again would pulse all devices again. */
export function resumable(failure: unknown, unfinished: Unfinished): unknown {
  if (!(failure instanceof LabError)) return failure;
  const first = firstSteps[failure.code];
  if (first === undefined) return failure;
  const next = `${first} with: ${resumeCommand(unfinished)}`;
  return new LabError(failure.code, failure.message, { cause: failure, next });
}

/** What goes on with the campaign of a store; undefined when there is none to go on with. */
export const campaignNext = (store: Store): string | undefined =>
  unfinishedCampaign(store) === undefined
    ? undefined
    : `go on with its campaign: pcmlab campaign resume --chip PORT --store ${store.path}`;

const asWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : JSON.stringify(text));
