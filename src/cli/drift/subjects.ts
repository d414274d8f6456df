/** What of a store drift can be fitted to: regions that were read at several ages since their last pulse. */

import { cellOutcomes } from "../../chip/outcome.ts";
import { type Region, regionText } from "../../chip/region.ts";
import type { ReadoutId } from "../../store/identity.ts";
import type { ProgrammingCells } from "../../store/programming-cells.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { StoredReadout } from "../../store/readout-rows.ts";
import type { Store } from "../../store/store.ts";

export interface SubjectRead {
  /** Seconds from the end of the programming to the first conversion. */
  readonly ageSeconds: number;
  readonly readout: StoredReadout;
}

export interface DriftSubject {
  readonly name: string;
  readonly region: Region;
  /** Undefined for devices that nobody programmed: their ages count from what their campaign says. */
  readonly programming: StoredProgramming | undefined;
  /** By how much the programming of the first device precedes that of the last (s). */
  readonly pulsedForSeconds: number;
  /** By rising age. */
  readonly reads: readonly SubjectRead[];
}

/** Tiles in their order, then regions that campaigns read. Those that were never read are among them. */
export function driftSubjects(store: Store): DriftSubject[] {
  const readouts = store.readouts.list();
  const ages = agesOfCampaigns(store, readouts);
  const tiles = programmedRegions(store).map(({ programming, region }): DriftSubject => {
    const own = readouts.filter(({ programming: of }) => of === programming.id);
    return {
      name: `tile ${programming.tile}`,
      region,
      programming,
      pulsedForSeconds: pulsedFor(programming),
      reads: byAge(
        own.flatMap((readout) => {
          const ageSeconds = ages.get(readout.id) ?? ageByChip(readout, programming);
          return ageSeconds === undefined ? [] : [{ readout, ageSeconds }];
        }),
      ),
    };
  });
  return [...tiles, ...regionSubjects(readouts, ages)];
}

/** Targets and stuck devices of a programmed tile. @throws LabError STORE when they are damaged. */
export function programmedCells(
  store: Store,
  { id }: StoredProgramming,
): Pick<ProgrammingCells, "targetSiemens"> & { readonly stuck: Uint8Array } {
  const { targetSiemens, outcomes } = store.programmings.cells(id);
  return { targetSiemens, stuck: outcomes.map((outcome) => (stuckCodes.has(outcome) ? 1 : 0)) };
}

const stuckCodes = new Set([cellOutcomes.indexOf("stuck-low"), cellOutcomes.indexOf("stuck-high")]);

export interface ProgrammedRegion {
  readonly programming: StoredProgramming;
  readonly region: Region;
}

/** Where the tiles lie that are programmed now. */
export const programmedRegions = (store: Store): ProgrammedRegion[] =>
  store.programmings
    .current()
    .map((programming) => ({ programming, region: regionOfTile(store, programming) }));

const regionOfTile = (store: Store, { tile }: StoredProgramming): Region => {
  const found = store.networks.find()?.tiles.find(({ id }) => id === tile);
  if (found === undefined) throw new RangeError(`there is no tile ${tile}`);
  return found.region;
};

/** A tile that is ten times as old as was asked for is not read, and one that is younger is waited for. */
const latest = 11;
const earliest = 0.9;

/** By the chip's clock. Undefined where that began anew in between: then only a campaign knows the age. */
function ageByChip(
  { firstSampleSeconds, requestedAgeSeconds }: StoredReadout,
  { endedChipSeconds }: StoredProgramming,
): number | undefined {
  const age = firstSampleSeconds - endedChipSeconds;
  if (requestedAgeSeconds === null) return age;
  const slack = 1;
  const asked = age >= earliest * requestedAgeSeconds - slack && age <= latest * requestedAgeSeconds + slack;
  return asked || requestedAgeSeconds === 0 ? age : undefined;
}

/** Program-and-verify goes from the first row to the last, and so do the boards. Gradient descent pulses every device until its end. */
const pulsedFor = ({ algorithm, startedChipSeconds, endedChipSeconds }: StoredProgramming): number =>
  algorithm.name === "gradient-descent" ? 0 : Math.max(0, endedChipSeconds - startedChipSeconds);

/** True ages (s) of the readouts that campaigns made, on their timeline. */
function agesOfCampaigns(store: Store, readouts: readonly StoredReadout[]): Map<ReadoutId, number> {
  const firsts = new Map(readouts.map(({ id, firstSampleSeconds }) => [id, firstSampleSeconds]));
  const ages = new Map<ReadoutId, number>();
  for (const { id } of store.campaigns.list()) {
    const references = new Map(
      store.campaigns.subjects(id).map((subject) => [subject.id, subject.referenceSeconds]),
    );
    for (const { subject, outcome } of store.campaigns.slots(id)) {
      const reference = references.get(subject);
      const [first] = outcome?.readouts ?? [];
      if (reference === undefined || first === undefined || outcome?.startedSeconds == null) continue;
      // The readouts of a slot follow each other within one power-up.
      const toAge = outcome.startedSeconds - reference - (firsts.get(first) ?? 0);
      for (const readout of outcome.readouts) ages.set(readout, toAge + (firsts.get(readout) ?? 0));
    }
  }
  return ages;
}

/** Each rectangle that was read without being a tile. */
function regionSubjects(
  readouts: readonly StoredReadout[],
  ages: ReadonlyMap<ReadoutId, number>,
): DriftSubject[] {
  const subjects = new Map<string, { region: Region; reads: SubjectRead[] }>();
  for (const readout of readouts) {
    const ageSeconds = ages.get(readout.id);
    if (readout.programming !== null || ageSeconds === undefined) continue;
    const name = regionText(readout.region);
    const subject = subjects.get(name) ?? { region: readout.region, reads: [] };
    subjects.set(name, subject);
    subject.reads.push({ ageSeconds, readout });
  }
  return [...subjects].map(([name, { region, reads }]) => ({
    name,
    region,
    programming: undefined,
    pulsedForSeconds: 0,
    reads: byAge(reads),
  }));
}

const byAge = (reads: readonly SubjectRead[]): SubjectRead[] =>
  reads.toSorted((a, b) => a.ageSeconds - b.ageSeconds);
