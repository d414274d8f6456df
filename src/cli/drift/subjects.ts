/** What of a store drift can be fitted to: regions that were read at several ages since their last pulse. */

import { cellOutcomes } from "../../chip/outcome.ts";
import { cellCount, type Region, regionText } from "../../chip/region.ts";
import type { ProgrammingCells } from "../../store/programming-cells.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { StoredReadout } from "../../store/readout-rows.ts";
import type { Store } from "../../store/store.ts";
import { commonOf, conversionSeconds, type Snapshot, sinceProgramming, snapshotsOf } from "./snapshots.ts";

export interface SubjectRead {
  /** Seconds from the end of the programming to the first conversion of the first device. */
  readonly ageSeconds: number;
  /** From there to the first conversion of the last device (s). */
  readonly spanSeconds: number;
  /** Together they hold the region: one of just that, or those of an array that were read at once. */
  readonly readouts: readonly [StoredReadout, ...StoredReadout[]];
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
  const snapshots = snapshotsOf(store, readouts);
  const tiles = programmedRegions(store).map(({ programming, region }): DriftSubject => {
    const own = readouts.filter(({ programming: of }) => of === programming.id);
    return {
      name: `tile ${programming.tile}`,
      region,
      programming,
      pulsedForSeconds: pulsedFor(programming),
      reads: byAge([
        ...own.flatMap((readout) => readOfTile(readout, programming, snapshots) ?? []),
        ...snapshots.flatMap((snapshot) => readWithin(snapshot, programming, region) ?? []),
      ]),
    };
  });
  return [...tiles, ...regionSubjects(snapshots)];
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

/** A readout of just the tile. */
function readOfTile(
  readout: StoredReadout,
  programming: StoredProgramming,
  snapshots: readonly Snapshot[],
): SubjectRead | undefined {
  const snapshot = snapshots.find(({ readouts }) => readouts.some(({ id }) => id === readout.id));
  const ageSeconds =
    snapshot === undefined
      ? ageByChip(readout, programming)
      : sinceProgramming(snapshot, programming, readout.firstSampleSeconds);
  if (ageSeconds === undefined) return undefined;
  return { ageSeconds, spanSeconds: spanOf(readout), readouts: [readout] };
}

function spanOf(readout: StoredReadout): number {
  const { row, column, rows, columns } = readout.region;
  return conversionSeconds(readout, row + rows - 1, column + columns - 1) - readout.firstSampleSeconds;
}

/** `pcmlab read` refuses tiles of ten times the age that was asked for, and waits for the younger ones. */
const latest = 11;
const earliest = 0.9;
const slackSeconds = 1;

/** By the chip's clock. Undefined where that began anew in between: then only a campaign knows the age. */
function ageByChip(
  { firstSampleSeconds, requestedAgeSeconds }: StoredReadout,
  { endedChipSeconds }: StoredProgramming,
): number | undefined {
  const age = firstSampleSeconds - endedChipSeconds;
  if (requestedAgeSeconds === null || requestedAgeSeconds === 0) return age;
  const asked =
    age >= earliest * requestedAgeSeconds - slackSeconds &&
    age <= latest * requestedAgeSeconds + slackSeconds;
  return asked ? age : undefined;
}

/** A tile in what was read of its whole array. Undefined where parts of it are missing, or its age is not known. */
function readWithin(
  snapshot: Snapshot,
  programming: StoredProgramming,
  region: Region,
): SubjectRead | undefined {
  const parts = snapshot.readouts.filter(
    (readout) => readout.programming === null && commonOf(readout.region, region) !== undefined,
  );
  const [first, ...others] = parts;
  const held = parts.reduce((sum, { region: part }) => sum + cellCount(commonOf(part, region) ?? nothing), 0);
  if (first === undefined || held !== cellCount(region)) return undefined;
  const [lastRow, lastColumn] = [region.row + region.rows - 1, region.column + region.columns - 1];
  const [from, to] = [timeAt(parts, region.row, region.column), timeAt(parts, lastRow, lastColumn)];
  const ageSeconds = sinceProgramming(snapshot, programming, from);
  return ageSeconds === undefined
    ? undefined
    : { ageSeconds, spanSeconds: to - from, readouts: [first, ...others] };
}

const nothing: Region = { array: 0, row: 0, column: 0, rows: 0, columns: 0 };

function timeAt(parts: readonly StoredReadout[], row: number, column: number): number {
  const holder = parts.find(
    ({ region }) => commonOf(region, { array: region.array, row, column, rows: 1, columns: 1 }) !== undefined,
  );
  return holder === undefined ? Number.NaN : conversionSeconds(holder, row, column);
}

/** Program-and-verify goes from the first row to the last, and so do the boards. Gradient descent pulses every device until its end. */
const pulsedFor = ({ algorithm, startedChipSeconds, endedChipSeconds }: StoredProgramming): number =>
  algorithm.name === "gradient-descent" ? 0 : Math.max(0, endedChipSeconds - startedChipSeconds);

/** Each rectangle that was read without being a tile. */
function regionSubjects(snapshots: readonly Snapshot[]): DriftSubject[] {
  const subjects = new Map<string, { region: Region; reads: SubjectRead[] }>();
  for (const { readouts, referenceSeconds, toTimelineSeconds } of snapshots)
    for (const readout of readouts) {
      if (readout.programming !== null) continue;
      const name = regionText(readout.region);
      const subject = subjects.get(name) ?? { region: readout.region, reads: [] };
      subjects.set(name, subject);
      const ageSeconds = readout.firstSampleSeconds + toTimelineSeconds - referenceSeconds;
      subject.reads.push({ ageSeconds, spanSeconds: spanOf(readout), readouts: [readout] });
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
