/** What is going on, at a glance. */

import { chipIdentity } from "../../chip/descriptor.ts";
import { html, type Markup, nothing } from "../../report/markup.ts";
import { commands, missing } from "../../report/section.ts";
import { count, dateAndTime } from "../../report/words.ts";
import type { StoredEvent } from "../../store/events.ts";
import type { StoredRun } from "../../store/runs.ts";
import { currentCampaign } from "../campaign.ts";
import { type Look, lookAt, type Source } from "../part.ts";

const alarmsShown = 3;
const eventsLookedAt = 100;

export function overviewPart(source: Source): Look {
  const { store, digest, faults, nowWallSeconds } = source;
  const descriptor = store.chips.latest()?.descriptor;
  const campaign = currentCampaign(store, nowWallSeconds);
  const network = store.networks.find();
  const latest = [...digest.summaries.values()].at(-1);
  const running = store.runs.list().at(-1);
  return lookAt(
    {
      chip: descriptor === undefined ? null : chipIdentity(descriptor),
      emulated: descriptor?.emulated ?? null,
      network: network?.name ?? null,
      tiles: network?.tiles.length ?? 0,
      programmedTiles: digest.programmings.length,
      unfinishedTiles: store.programmings.unfinished().length,
      readouts: digest.summaries.size,
      latestReadoutWallSeconds: latest?.wallSeconds ?? null,
      campaign: campaign === undefined ? null : { name: campaign.name, state: campaign.state },
      run: running === undefined ? null : runDocument(running),
      alarms: alarmsOf(store.events.latest(eventsLookedAt)),
      faults: [...faults],
    },
    markupOf,
  );
}

type Document = Parameters<typeof markupOf>[0];

interface RunDocument {
  readonly command: string;
  readonly startedWallSeconds: number;
  readonly outcome: string | null;
  readonly message: string | null;
}

const runDocument = ({ command, startedWallSeconds, outcome, message }: StoredRun): RunDocument => ({
  command,
  startedWallSeconds,
  outcome,
  message,
});

const alarmsOf = (events: readonly StoredEvent[]): StoredEvent[] =>
  events.filter(({ level }) => level !== "info").slice(0, alarmsShown);

function markupOf(document: {
  chip: string | null;
  emulated: boolean | null;
  network: string | null;
  tiles: number;
  programmedTiles: number;
  unfinishedTiles: number;
  readouts: number;
  latestReadoutWallSeconds: number | null;
  campaign: { name: string; state: string } | null;
  run: RunDocument | null;
  alarms: StoredEvent[];
  faults: string[];
}): Markup {
  const { network, alarms, faults, unfinishedTiles, run } = document;
  return html`${faults.map((fault) => html`<p class="fault">${fault}</p>`)}
${alarms.map(alarmMarkup)}
<dl class="facts">${factsOf(document).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${run === null ? nothing : runMarkup(run)}
${unfinishedTiles === 0 ? nothing : html`<p>${count(unfinishedTiles)} tiles were begun and are not finished: nobody knows what their devices hold.</p>`}
${network === null ? missing("No network was programmed yet; this programs one:", commands.program) : nothing}`;
}

const alarmMarkup = ({ level, text, wallSeconds }: StoredEvent): Markup =>
  html`<p class="alarm ${level}"><b>${level === "error" ? "Error" : "Warning"}</b>, <time data-since="${wallSeconds}">${dateAndTime(wallSeconds)}</time>: ${text}</p>`;

function factsOf(document: Document): (readonly [string, string | Markup])[] {
  const { campaign, tiles, programmedTiles, readouts, latestReadoutWallSeconds: latest } = document;
  return [
    ["campaign", campaign === null ? "none" : campaign.state],
    ["tiles programmed", tiles === 0 ? "none" : `${count(programmedTiles)} of ${count(tiles)}`],
    ["regions read", count(readouts)],
    [
      "read last",
      latest === null ? "never" : html`<time data-since="${latest}">${dateAndTime(latest)}</time>`,
    ],
  ];
}

/** A run that was killed never gets an end: nobody can say more than when it began. */
function runMarkup({ command, startedWallSeconds, outcome, message }: RunDocument): Markup {
  const began = html`<time data-since="${startedWallSeconds}">${dateAndTime(startedWallSeconds)}</time>`;
  const end = outcome === null ? "has not ended, unless it was killed" : outcome;
  return html`<p>Newest run: <code>pcmlab ${command}</code>, begun ${began}: ${end}${message === null ? "" : ` (${message})`}.</p>`;
}
