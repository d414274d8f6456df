/** How old the devices of a readout were: from the campaign that read them, else from the chip times of their programming. */

import type { ReadoutId } from "../store/identity.ts";
import type { StoredProgramming } from "../store/programmings.ts";
import type { StoredReadout } from "../store/readout-rows.ts";
import type { Store } from "../store/store.ts";

export interface KnownAge {
  /** Chip seconds at which the age was 0; before the power-up of the readout where the board restarted since. */
  readonly zeroChipSeconds: number;
  /** `host` where the board restarted in between, and the host's clock alone knows. */
  readonly clock: "chip" | "host";
}

/** Undefined where nobody knows. */
export type AgeOf = (readout: StoredReadout) => KnownAge | undefined;

export function agesIn(store: Store): AgeOf {
  const programmings = new Map(store.programmings.list().map((programming) => [programming.id, programming]));
  const byCampaign = campaignAges(store);
  return (readout) => {
    const own = readout.programming === null ? undefined : programmings.get(readout.programming);
    return byCampaign.get(readout.id) ?? (own === undefined ? undefined : sincePulses(readout, own));
  };
}

/** Chip times of two power-ups have nothing to do with each other. */
function sincePulses(
  { bootId }: StoredReadout,
  { bootNote, endedChipSeconds }: StoredProgramming,
): KnownAge | undefined {
  const [, boot] = /(\d+)$/.exec(bootNote ?? "") ?? [];
  if (bootId !== null && boot !== undefined && Number(boot) !== bootId) return undefined;
  return { zeroChipSeconds: endedChipSeconds, clock: "chip" };
}

/** A slot knows when its first conversion was on the timeline of the campaign, and its subject when its age was 0. */
function campaignAges(store: Store): Map<ReadoutId, KnownAge> {
  const ages = new Map<ReadoutId, KnownAge>();
  for (const { id } of store.campaigns.list()) {
    const subjects = new Map(store.campaigns.subjects(id).map((subject) => [subject.id, subject]));
    for (const { subject: of, outcome } of store.campaigns.slots(id)) {
      const subject = subjects.get(of);
      const [first] = outcome?.readouts ?? [];
      const read = first === undefined ? undefined : store.readouts.find(first);
      if (!outcome || subject === undefined || read === undefined || outcome.startedSeconds === null)
        continue;
      const offset = outcome.startedSeconds - read.firstSampleSeconds;
      const known = [outcome.knownBy, subject.referenceKnownBy].includes("wall") ? "host" : "chip";
      const age = { zeroChipSeconds: subject.referenceSeconds - offset, clock: known } as const;
      for (const readout of outcome.readouts) ages.set(readout, age);
    }
  }
  return ages;
}
