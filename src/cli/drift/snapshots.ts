/** What campaigns read: the readouts of each slot together, with their times on the timeline of the campaign. */

import { cellCount, type Region } from "../../chip/region.ts";
import type { ProgrammingId, ReadoutId } from "../../store/identity.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { StoredReadout } from "../../store/readout-rows.ts";
import type { Store } from "../../store/store.ts";
import { bootNote } from "../actions/boot-note.ts";

export interface Snapshot {
  /** One, or those that hold a large region together. */
  readonly readouts: readonly StoredReadout[];
  /** Seconds of the timeline at which the ages of its subject count from. */
  readonly referenceSeconds: number;
  /** Seconds of the timeline less those of the chip's clock. */
  readonly toTimelineSeconds: number;
  /** The ends of programmings on the timeline, as far as the campaign knows them. */
  readonly programmed: ReadonlyMap<ProgrammingId, number>;
}

export function snapshotsOf(store: Store, readouts: readonly StoredReadout[]): Snapshot[] {
  const byId = new Map<ReadoutId, StoredReadout>(readouts.map((readout) => [readout.id, readout]));
  return store.campaigns.list().flatMap(({ id }) => {
    const subjects = store.campaigns.subjects(id);
    const references = new Map(subjects.map((subject) => [subject.id, subject.referenceSeconds]));
    const programmed = new Map(
      subjects.flatMap(({ matter, referenceSeconds }) =>
        matter.kind === "tile" ? [[matter.programming, referenceSeconds] as const] : [],
      ),
    );
    return store.campaigns.slots(id).flatMap(({ subject, outcome }) => {
      const own = (outcome?.readouts ?? []).flatMap((readout) => byId.get(readout) ?? []);
      const [started, referenceSeconds] = [outcome?.startedSeconds ?? null, references.get(subject)];
      if (own.length === 0 || started === null || referenceSeconds === undefined) return [];
      // The readouts of a slot follow each other within one power-up.
      const first = Math.min(...own.map(({ firstSampleSeconds }) => firstSampleSeconds));
      return [{ readouts: own, referenceSeconds, toTimelineSeconds: started - first, programmed }];
    });
  });
}

/** Seconds from the end of a programming to a time of the chip's clock; undefined where nobody knows. */
export function sinceProgramming(
  { readouts, toTimelineSeconds, programmed }: Snapshot,
  { id, endedChipSeconds, bootNote: note }: StoredProgramming,
  chipSeconds: number,
): number | undefined {
  const ended = programmed.get(id);
  if (ended !== undefined) return chipSeconds + toTimelineSeconds - ended;
  const sameBoot = readouts.every(({ bootId }) => bootId !== null && note === bootNote(bootId));
  return sameBoot ? chipSeconds - endedChipSeconds : undefined;
}

/** Chip time of the first conversion of a device, given by its place on the array. */
export function conversionSeconds(
  { region, averages, firstSampleSeconds, lastSampleSeconds }: StoredReadout,
  row: number,
  column: number,
): number {
  const device = (row - region.row) * region.columns + column - region.column;
  const perDevice = (lastSampleSeconds - firstSampleSeconds) / Math.max(1, cellCount(region) - 1 / averages);
  return firstSampleSeconds + device * perDevice;
}

/** The rectangle that two have in common, undefined for none. */
export function commonOf(a: Region, b: Region): Region | undefined {
  const [row, column] = [Math.max(a.row, b.row), Math.max(a.column, b.column)];
  const rows = Math.min(a.row + a.rows, b.row + b.rows) - row;
  const columns = Math.min(a.column + a.columns, b.column + b.columns) - column;
  return a.array === b.array && rows > 0 && columns > 0
    ? { array: a.array, row, column, rows, columns }
    : undefined;
}
