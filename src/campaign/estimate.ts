/** What a plan costs before it begins: time, room in the store, and readings that will not be on time. */

import { columnCount, type Descriptor } from "../chip/descriptor.ts";
import { cellCount } from "../chip/region.ts";
import type { NewSubject } from "../store/campaign-inserts.ts";
import type { Matter } from "../store/campaign-rows.ts";
import type { CampaignPlan } from "./plan.ts";
import { type Due, isLate, nextStep } from "./schedule.ts";

export interface Estimate {
  readonly slots: number;
  readonly firstDueSeconds: number;
  readonly lastDueSeconds: number;
  /** The chip's own time for all readings, without that of the line. */
  readonly readingSeconds: number;
  readonly storeBytes: number;
  /** Slots that other readings keep from being on time, and those among them that are not read at all. */
  readonly late: number;
  readonly overtaken: number;
}

type Terms = Pick<CampaignPlan, "averages">;

export function estimateOf(subjects: readonly NewSubject[], terms: Terms, descriptor: Descriptor): Estimate {
  const seconds = subjects.map(({ matter }) => secondsOf(matter, terms, descriptor));
  const slots = slotsOf(subjects);
  const { late, overtaken } = rehearsed(slots, seconds);
  return {
    slots: slots.length,
    firstDueSeconds: slots[0]?.dueSeconds ?? 0,
    lastDueSeconds: slots.at(-1)?.dueSeconds ?? 0,
    readingSeconds: slots.reduce((sum, { subject }) => sum + (seconds[subject] ?? 0), 0),
    storeBytes: subjects.reduce(
      (sum, { matter, agesSeconds }) => sum + agesSeconds.length * bytesOf(matter, descriptor),
      0,
    ),
    late,
    overtaken,
  };
}

function slotsOf(subjects: readonly NewSubject[]): Due[] {
  return subjects
    .flatMap(({ agesSeconds, referenceSeconds }, subject) =>
      agesSeconds.map((ageSeconds) => ({ subject, ageSeconds, dueSeconds: referenceSeconds + ageSeconds })),
    )
    .sort((a, b) => a.dueSeconds - b.dueSeconds)
    .map((slot, id) => ({ ...slot, id }));
}

/** Lets the schedule run with readings that take what they take at the least. @param seconds one for each subject. */
function rehearsed(slots: readonly Due[], seconds: readonly number[]): { late: number; overtaken: number } {
  let open = [...slots];
  let now = slots[0]?.dueSeconds ?? 0;
  let late = 0;
  let overtaken = 0;
  for (;;) {
    const step = nextStep(now, open);
    if (step.kind === "done") return { late, overtaken };
    if (step.kind === "wait") now = step.untilSeconds;
    else if (step.kind === "miss") {
      const gone = new Set(step.overtaken.map(({ slot }) => slot.id));
      overtaken += gone.size;
      open = open.filter(({ id }) => !gone.has(id));
    } else {
      if (isLate(step.slot, now)) late++;
      now += seconds[step.slot.subject] ?? 0;
      // It is the first of them.
      open.shift();
    }
  }
}

/** Two bands of references are read so often for a calibration, about. */
const calibrationRepeats = 20;

function secondsOf(matter: Matter, { averages }: Terms, descriptor: Descriptor): number {
  const { sampleSeconds } = descriptor.read;
  switch (matter.kind) {
    case "tile":
    case "region":
      return cellCount(matter.region) * averages * sampleSeconds;
    case "mvm":
      return matter.probe.vectors * matter.probe.phases * (descriptor.mvm?.phaseSeconds ?? 0);
    case "calibration":
      return referenceCells(descriptor) * calibrationRepeats * averages * sampleSeconds;
    case "temperature":
      return 0;
    default:
      return matter satisfies never;
  }
}

/** Two bytes a device, and a little for the pages of SQLite and for the rows beside; measured by `npm run bench -- store`. */
const bytesPerDevice = 2.06;
const bytesPerSlot = 400;
/** Of a calibration beside its raw readings: five numbers of 8 bytes for each bit line. */
const bytesPerColumn = 41;

function bytesOf(matter: Matter, descriptor: Descriptor): number {
  switch (matter.kind) {
    case "tile":
    case "region":
      return bytesPerSlot + bytesPerDevice * cellCount(matter.region);
    case "mvm":
      return bytesPerSlot + matter.probe.vectors * (matter.cells.rows + 2 * matter.cells.columns);
    case "calibration":
      return (
        bytesPerSlot +
        bytesPerColumn * columnCount(descriptor) +
        2 * calibrationRepeats * referenceCells(descriptor)
      );
    case "temperature":
      return bytesPerSlot;
    default:
      return matter satisfies never;
  }
}

const referenceCells = ({ arrays }: Descriptor): number =>
  arrays.reduce(
    (sum, { rows, columns, referenceSiemens }) => sum + (referenceSiemens ? rows * columns : 0),
    0,
  );
