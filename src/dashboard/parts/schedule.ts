/** The campaign's slots: how many are planned, read, late, missed, failed; what comes next, and what did not go as planned. */

import { formatDuration } from "../../core/units.ts";
import { figureMarkup } from "../../report/figure.ts";
import { html, type Markup, nothing } from "../../report/markup.ts";
import { missing } from "../../report/section.ts";
import { count, dateAndTime, percent } from "../../report/words.ts";
import type { Slot } from "../../store/campaign-rows.ts";
import type { Store } from "../../store/store.ts";
import {
  type AgeCounts,
  type CampaignNow,
  countsByAge,
  countsOf,
  currentCampaign,
  type SlotCounts,
  type SlotLine,
  slotKinds,
  slotLine,
  wallClockOf,
} from "../campaign.ts";
import { type Look, lookAt, type Source } from "../part.ts";
import { scheduleFigure } from "./schedule-figure.ts";

const nextShown = 5;
const troublesShown = 20;

interface ScheduleDocument {
  readonly campaign: CampaignNow | null;
  readonly subjects: number;
  readonly slots: SlotCounts;
  readonly byAge: readonly AgeCounts[];
  /** The next open slot of each subject, those that fall due first. */
  readonly next: readonly SlotLine[];
  /** The newest slots that were late, missed or failed, newest first. */
  readonly troubles: readonly SlotLine[];
  readonly journal: readonly {
    readonly state: string;
    readonly reason: string | null;
    readonly wallSeconds: number;
  }[];
}

export function schedulePart({ store, nowWallSeconds }: Source): Look {
  const campaign = currentCampaign(store, nowWallSeconds);
  return lookAt(campaign === undefined ? noCampaign : documentOf(store, campaign), markupOf);
}

const noCampaign: ScheduleDocument = {
  campaign: null,
  subjects: 0,
  slots: countsOf([]),
  byAge: [],
  next: [],
  troubles: [],
  journal: [],
};

function documentOf(store: Store, campaign: CampaignNow): ScheduleDocument {
  const subjects = new Map(
    store.campaigns.subjects(campaign.id).map((subject) => [Number(subject.id), subject]),
  );
  const slots = store.campaigns.slots(campaign.id);
  const clock = wallClockOf(store, store.campaigns.boots(campaign.id).at(-1));
  const line = (slot: Slot): SlotLine => slotLine(slot, subjects, clock);
  const troubles = slots.filter(({ outcome }) => outcome !== null && outcome.kind !== "read");
  return {
    campaign,
    subjects: subjects.size,
    slots: countsOf(slots),
    byAge: countsByAge(slots),
    next: nextOfEach(slots).slice(0, nextShown).map(line),
    troubles: troubles.slice(-troublesShown).reverse().map(line),
    journal: store.campaigns
      .states(campaign.id)
      .map(({ state, reason, wallSeconds }) => ({ state, reason, wallSeconds })),
  };
}

function nextOfEach(slots: readonly Slot[]): Slot[] {
  const seen = new Set<number>();
  return slots.filter(({ outcome, subject }) => {
    if (outcome !== null || seen.has(subject)) return false;
    seen.add(subject);
    return true;
  });
}

function markupOf(document: ScheduleDocument): Markup {
  const { campaign, slots, byAge, next, troubles } = document;
  if (campaign === null)
    return missing(
      "No campaign was planned yet; this plans one:",
      "pcmlab campaign new --store FILE --chip PORT",
    );
  return html`${campaignMarkup(campaign)}
${progressMarkup(slots)}
${next.length === 0 ? nothing : nextMarkup(next)}
${byAge.length < 2 ? nothing : figureMarkup(scheduleFigure(byAge))}
${troubles.length === 0 ? nothing : troublesMarkup(troubles)}
${journalMarkup(document)}`;
}

function campaignMarkup({ name, state, reason, sinceWallSeconds, owner }: CampaignNow): Markup {
  const since = html`<time data-since="${sinceWallSeconds}">${dateAndTime(sinceWallSeconds)}</time>`;
  const who = owner === null ? "" : `, by ${owner}`;
  const why = reason === null ? "" : ` (${reason})`;
  const advice =
    state === "left alone"
      ? html` Its process has not been heard of; <code>pcmlab campaign start</code> goes on with it.`
      : nothing;
  return html`<p><b>${name}</b>: ${state}${why}, since ${since}${who}.${advice}</p>`;
}

function progressMarkup(slots: SlotCounts): Markup {
  const total = slotKinds.reduce((sum, kind) => sum + slots[kind], 0);
  const done = total - slots.open;
  const shown = slotKinds.filter((kind) => slots[kind] > 0);
  let at = 0;
  const bars = shown.map((kind) => {
    const width = (100 * slots[kind]) / Math.max(1, total);
    const bar = html`<rect class="${kind}" x="${at.toFixed(3)}%" width="${width.toFixed(3)}%" height="100%"/>`;
    at += width;
    return bar;
  });
  return html`<div class="bar" aria-hidden="true"><svg preserveAspectRatio="none">${bars}</svg></div>
<ul class="legend" aria-label="Slots: ${count(done)} of ${count(total)} done, ${percent(done / Math.max(1, total), 1)}">${shown.map((kind) => html`<li class="${kind}"><i></i>${kind} ${count(slots[kind])}</li>`)}</ul>`;
}

const nextMarkup = (next: readonly SlotLine[]): Markup =>
  html`<h3>Next</h3>
<div class="scroll"><table><thead><tr><th scope="col">what</th><th scope="col">at the age of</th><th scope="col">due</th></tr></thead><tbody>
${next.map(
  ({ subject, ageSeconds, wallSeconds }) =>
    html`<tr><th scope="row">${subject}</th><td>${formatDuration(ageSeconds)}</td><td>${dueMarkup(wallSeconds)}</td></tr>`,
)}</tbody></table></div>`;

const dueMarkup = (wallSeconds: number | null): Markup =>
  wallSeconds === null
    ? html`when the chip's virtual clock gets there`
    : html`<time data-due="${wallSeconds}">${dateAndTime(wallSeconds)}</time>`;

const troublesMarkup = (troubles: readonly SlotLine[]): Markup =>
  html`<h3>Not as planned</h3>
<details open><summary>The newest ${count(troubles.length)} slots that were late, missed or failed</summary><ul class="events">${troubles.map(troubleMarkup)}</ul></details>`;

function troubleMarkup({
  subject,
  ageSeconds,
  outcome,
  trueAgeSeconds,
  wallSeconds,
  reason,
}: SlotLine): Markup {
  const read = trueAgeSeconds === null ? "" : `, read at ${formatDuration(trueAgeSeconds)}`;
  return html`<li class="${outcome}"><time>${wallSeconds === null ? "" : dateAndTime(wallSeconds)}</time><b>${outcome}</b><p>${subject}, planned at ${formatDuration(ageSeconds)}${read}${reason === null ? "" : `: ${reason}`}</p></li>`;
}

const journalMarkup = ({ journal }: ScheduleDocument): Markup =>
  html`<details><summary>Journal of the campaign</summary><ul class="events">${journal
    .toReversed()
    .map(
      ({ state, reason, wallSeconds }) =>
        html`<li><time>${dateAndTime(wallSeconds)}</time><b>${state}</b><p>${reason ?? ""}</p></li>`,
    )}</ul></details>`;
