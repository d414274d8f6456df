/** The newest campaign of a store, and how far it is. */

import { clockOf } from "../chip/clock-kind.ts";
import { chipIdentity } from "../chip/descriptor.ts";
import type { Boot, OutcomeKind, Slot, StoredCampaign, Subject } from "../store/campaign-rows.ts";
import type { ReadoutId } from "../store/identity.ts";
import type { Store } from "../store/store.ts";

export interface CampaignNow {
  readonly id: StoredCampaign["id"];
  readonly name: string;
  readonly plannedWallSeconds: number;
  /** As its journal says; "left alone" when it should be running and no process holds it. */
  readonly state: string;
  readonly reason: string | null;
  readonly sinceWallSeconds: number;
  /** The process that runs it. */
  readonly owner: string | null;
}

export const newestCampaign = (store: Store): StoredCampaign | undefined => store.campaigns.list().at(-1);

export function currentCampaign(store: Store, nowWallSeconds: number): CampaignNow | undefined {
  const campaign = newestCampaign(store);
  if (campaign === undefined) return undefined;
  const { state, reason, wallSeconds } = store.campaigns.state(campaign.id);
  const chip = store.chips.latest()?.descriptor;
  const lock = chip === undefined ? undefined : store.campaignLocks.of(chipIdentity(chip));
  const held = lock?.campaign === campaign.id && lock.untilWallSeconds > nowWallSeconds;
  return {
    id: campaign.id,
    name: campaign.name,
    plannedWallSeconds: campaign.plannedWallSeconds,
    state: state === "running" && !held ? "left alone" : state,
    reason,
    sinceWallSeconds: wallSeconds,
    owner: held ? `process ${lock.process} on ${lock.host}` : null,
  };
}

/** A slot without an outcome is open. */
export type SlotKind = OutcomeKind | "open";
export const slotKinds: readonly SlotKind[] = ["read", "late", "missed", "failed", "open"];
export type SlotCounts = Readonly<Record<SlotKind, number>>;

export const kindOf = ({ outcome }: Pick<Slot, "outcome">): SlotKind => outcome?.kind ?? "open";

export function countsOf(slots: readonly Pick<Slot, "outcome">[]): SlotCounts {
  const counts = { read: 0, late: 0, missed: 0, failed: 0, open: 0 };
  for (const slot of slots) counts[kindOf(slot)]++;
  return counts;
}

export interface AgeCounts extends SlotCounts {
  /** Of one age, or the middle of a bin of them. */
  readonly ageSeconds: number;
}

/** More columns than this are put together. */
const mostAges = 40;
const binsPerDecade = 6;

/** By rising age; many different ages in bins of equal width on a logarithmic scale. */
export function countsByAge(slots: readonly Slot[]): AgeCounts[] {
  const ages = new Set(slots.map(({ ageSeconds }) => ageSeconds));
  const binOf = ages.size > mostAges ? binned : (seconds: number): number => seconds;
  const byAge = new Map<number, Slot[]>();
  for (const slot of slots) {
    const bin = binOf(slot.ageSeconds);
    const known = byAge.get(bin);
    if (known === undefined) byAge.set(bin, [slot]);
    else known.push(slot);
  }
  return [...byAge]
    .sort(([a], [b]) => a - b)
    .map(([ageSeconds, slots]) => ({ ageSeconds, ...countsOf(slots) }));
}

const binned = (seconds: number): number =>
  seconds < 1 ? 0 : 10 ** (Math.round(binsPerDecade * Math.log10(seconds)) / binsPerDecade);

/** A slot as it is listed. */
export interface SlotLine {
  readonly subject: string;
  readonly ageSeconds: number;
  readonly outcome: SlotKind;
  readonly reason: string | null;
  /** True age at the first conversion; null when nothing was read. */
  readonly trueAgeSeconds: number | null;
  /** The host's time: of the outcome, or when an open slot falls due; null where the chip's clock stands still in between. */
  readonly wallSeconds: number | null;
}

export function slotLine(slot: Slot, subjects: ReadonlyMap<number, Subject>, clock: WallClock): SlotLine {
  const subject = subjects.get(slot.subject);
  const started = slot.outcome?.startedSeconds ?? null;
  return {
    subject: subject?.name ?? "",
    ageSeconds: slot.ageSeconds,
    outcome: kindOf(slot),
    reason: slot.outcome?.reason ?? null,
    trueAgeSeconds: started === null || subject === undefined ? null : started - subject.referenceSeconds,
    wallSeconds: slot.outcome?.wallSeconds ?? clock(slot.dueSeconds),
  };
}

/** The true age (s) of the middle of each slot that was read, by its readouts: right over power-ups of the board, too. */
export function slotAges(store: Store): Map<ReadoutId, number> {
  const ages = new Map<ReadoutId, number>();
  for (const { id } of store.campaigns.list()) {
    const subjects = new Map(
      store.campaigns.subjects(id).map((subject) => [subject.id, subject.referenceSeconds]),
    );
    for (const { subject, outcome } of store.campaigns.slots(id)) {
      const reference = subjects.get(subject);
      if (outcome === null || reference === undefined) continue;
      const { startedSeconds, endedSeconds, readouts } = outcome;
      if (startedSeconds === null || endedSeconds === null) continue;
      for (const readout of readouts) ages.set(readout, (startedSeconds + endedSeconds) / 2 - reference);
    }
  }
  return ages;
}

/** From seconds of the campaign's timeline to the host's time. */
export type WallClock = (timelineSeconds: number) => number | null;

/** By the newest look at the chip clock; a virtual one passes on request only, so that nobody can say when it gets there. */
export function wallClockOf(store: Store, boot: Boot | undefined): WallClock {
  const descriptor = store.chips.latest()?.descriptor;
  if (boot === undefined || descriptor === undefined) return () => null;
  const { kind, factor } = clockOf(descriptor);
  if (kind === "virtual") return () => null;
  return (seconds) => boot.anchorWallSeconds + (seconds - boot.anchorSeconds) / factor;
}
