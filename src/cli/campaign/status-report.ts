/** What a store says of a campaign: nobody asks the board. */

import { heldText } from "../../campaign/hold.ts";
import { clockOf } from "../../chip/clock-kind.ts";
import { chipIdentity } from "../../chip/descriptor.ts";
import { formatDuration } from "../../core/units.ts";
import type { CampaignLock } from "../../store/campaign-locks.ts";
import {
  type CampaignState,
  type OutcomeKind,
  outcomeKinds,
  type Slot,
  type StoredCampaign,
  type Subject,
} from "../../store/campaign-rows.ts";
import type { Store } from "../../store/store.ts";
import { isHeld } from "./lock-owner.ts";

export interface CampaignStatus {
  readonly campaign: number;
  readonly name: string;
  readonly state: CampaignState;
  readonly reason: string | null;
  /** Null when no process runs it. */
  readonly heldBy: (CampaignLock & { readonly text: string }) | null;
  /** It says that it runs, and no process does. */
  readonly isOrphaned: boolean;
  readonly slots: number;
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  readonly open: number;
  readonly next: SlotStatus | null;
  /** Host time at which the next one is due; null where the clock of the chip is moved by who reads it. */
  readonly nextWallSeconds: number | null;
  readonly latest: SlotStatus | null;
  /** Times of missed and failed slots with their reasons, the newest. */
  readonly troubles: readonly SlotStatus[];
  readonly subjects: readonly SubjectStatus[];
}

export interface SlotStatus {
  readonly slot: number;
  readonly subject: string;
  readonly ageSeconds: number;
  /** On the timeline of the campaign. */
  readonly dueSeconds: number;
  readonly outcome: OutcomeKind | null;
  readonly reason: string | null;
  /** True age at the first conversion. */
  readonly trueAgeSeconds: number | null;
}

export interface SubjectStatus {
  readonly name: string;
  readonly kind: string;
  readonly done: number;
  readonly slots: number;
}

const mostTroubles = 10;

export function statusOf(store: Store, campaign: StoredCampaign, wallSeconds: number): CampaignStatus {
  const subjects = new Map(store.campaigns.subjects(campaign.id).map((subject) => [subject.id, subject]));
  const slots = store.campaigns.slots(campaign.id);
  const open = slots.filter(({ outcome }) => outcome === null);
  const done = slots.filter(({ outcome }) => outcome !== null);
  const { state, reason } = store.campaigns.state(campaign.id);
  const lock = lockOf(store, campaign, wallSeconds);
  const told = (slot: Slot | undefined): SlotStatus | null =>
    slot === undefined ? null : slotStatus(slot, subjects.get(slot.subject));
  return {
    campaign: campaign.id,
    name: campaign.name,
    state,
    reason,
    heldBy: lock === undefined ? null : { ...lock, text: heldText(lock, wallSeconds) },
    isOrphaned: state === "running" && lock === undefined,
    slots: slots.length,
    outcomes: counted(done),
    open: open.length,
    next: told(open[0]),
    nextWallSeconds: open[0] === undefined ? null : wallOf(store, campaign, open[0]),
    latest: told(done.at(-1)),
    troubles: done
      .filter(({ outcome }) => outcome?.kind === "missed" || outcome?.kind === "failed")
      .slice(-mostTroubles)
      .flatMap((slot) => told(slot) ?? []),
    subjects: [...subjects.values()].map((subject) => subjectStatus(subject, slots)),
  };
}

/** By the latest look at the chip clock. */
function wallOf(store: Store, { id, run }: StoredCampaign, { dueSeconds }: Slot): number | null {
  const boot = store.campaigns.boots(id).at(-1);
  const { kind, factor } = clockOf(store.chips.of(run)?.descriptor ?? {});
  if (boot === undefined || kind === "virtual") return null;
  return boot.anchorWallSeconds + (dueSeconds - boot.anchorSeconds) / factor;
}

function lockOf(store: Store, campaign: StoredCampaign, wallSeconds: number): CampaignLock | undefined {
  const descriptor = store.chips.of(campaign.run)?.descriptor;
  const lock = descriptor && store.campaignLocks.of(chipIdentity(descriptor));
  return lock?.campaign === campaign.id && isHeld(lock, wallSeconds) ? lock : undefined;
}

function counted(slots: readonly Slot[]): Record<OutcomeKind, number> {
  const counts: Record<OutcomeKind, number> = { read: 0, late: 0, missed: 0, failed: 0 };
  for (const { outcome } of slots) if (outcome !== null) counts[outcome.kind]++;
  return counts;
}

function slotStatus({ id, ageSeconds, dueSeconds, outcome }: Slot, subject: Subject | undefined): SlotStatus {
  const started = outcome?.startedSeconds ?? null;
  return {
    slot: id,
    subject: subject?.name ?? "",
    ageSeconds,
    dueSeconds,
    outcome: outcome?.kind ?? null,
    reason: outcome?.reason ?? null,
    trueAgeSeconds: started === null ? null : started - (subject?.referenceSeconds ?? 0),
  };
}

function subjectStatus({ id, name, matter }: Subject, slots: readonly Slot[]): SubjectStatus {
  const own = slots.filter(({ subject }) => subject === id);
  const done = own.filter(({ outcome }) => outcome !== null).length;
  return { name, kind: matter.kind, done, slots: own.length };
}

export function statusText(status: CampaignStatus): string {
  const { campaign, name, state, reason, slots, open, outcomes } = status;
  const why = reason === null ? "" : ` (${reason})`;
  const done = outcomeKinds.map((kind) => `${outcomes[kind]} ${kind}`).join(", ");
  return [
    `campaign ${campaign} "${name}": ${state}${why}`,
    ...heldLines(status),
    `  slots: ${slots - open} of ${slots} done: ${done}`,
    ...(status.latest === null ? [] : [`  latest: ${lineOf(status.latest)}`]),
    ...nextLines(status),
    ...subjectLines(status.subjects),
    ...(status.troubles.length === 0 ? [] : ["  not read, newest last:"]),
    ...status.troubles.map((slot) => `    ${lineOf(slot)}`),
  ].join("\n");
}

/** So many that have come equally far are counted instead of named. */
const crowd = 4;

function subjectLines(subjects: readonly SubjectStatus[]): string[] {
  const alike = new Map<string, SubjectStatus[]>();
  for (const subject of subjects) {
    const group = `${subject.kind} ${subject.done} ${subject.slots}`;
    alike.set(group, [...(alike.get(group) ?? []), subject]);
  }
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < crowd)
      return group.map(({ name, done, slots }) => `  ${name}: ${done} of ${slots}`);
    return [`  ${first.name} and ${group.length - 1} more like it: ${first.done} of ${first.slots} each`];
  });
}

function nextLines({ next, nextWallSeconds }: CampaignStatus): string[] {
  if (next === null) return [];
  const when =
    nextWallSeconds === null ? "" : `, due ${new Date(nextWallSeconds * 1000).toISOString().slice(0, 19)}Z`;
  return [`  next: ${next.subject} at ${formatDuration(next.ageSeconds)}${when}`];
}

function heldLines({ heldBy, isOrphaned, state }: CampaignStatus): string[] {
  if (heldBy !== null) return [`  ${heldBy.text}`];
  if (isOrphaned) return ["  its process is gone; go on with: pcmlab campaign start"];
  return state === "paused" || state === "planned"
    ? ["  no process runs it; go on with: pcmlab campaign start"]
    : [];
}

function lineOf({ subject, ageSeconds, outcome, reason, trueAgeSeconds }: SlotStatus): string {
  const age = trueAgeSeconds === null ? "" : `, true age ${formatDuration(trueAgeSeconds)}`;
  const why = reason === null ? "" : `: ${reason}`;
  return `${subject} at ${formatDuration(ageSeconds)} ${outcome ?? "open"}${age}${why}`;
}
