/** Turns a reading into what the store keeps of it: the raw codes and the outcome of its slot, in one transaction. */

import type { ConverterMeasurement } from "../../calibration/converter/measure.ts";
import type { ConverterCalibration } from "../chip/readout.ts";
import type { NewCalibration, StoredConverters } from "../store/calibrations.ts";
import type { NewOutcome } from "../store/campaign-inserts.ts";
import type { Boot, Slot, StoredCampaign, Subject } from "../store/campaign-rows.ts";
import type { CalibrationId, ReadoutId, RunId } from "../store/identity.ts";
import type { Store } from "../store/store.ts";
import type { Reading } from "./read-subject.ts";
import { isOfItsAge } from "./schedule.ts";

/** What all entries of a process share. */
export interface Pen {
  readonly store: Store;
  readonly campaign: StoredCampaign;
  readonly run: RunId;
  readonly toolVersion: string;
  readonly calibration: ConverterCalibration | StoredConverters;
}

export interface Entry {
  readonly slot: Slot;
  readonly subject: Subject;
  readonly reading: Reading;
  readonly boot: Boot;
  readonly wallSeconds: number;
  /** Null when it was on time. */
  readonly late: string | null;
}

/** To be called in a transaction. */
export function keepReading(pen: Pen, entry: Entry): void {
  const { slot, reading, boot, late, wallSeconds } = entry;
  pen.store.campaigns.addOutcome({
    ...unread,
    slot: slot.id,
    run: pen.run,
    kind: late === null ? "read" : "late",
    reason: late,
    startedSeconds: reading.firstSeconds + boot.offsetSeconds,
    endedSeconds: reading.lastSeconds + boot.offsetSeconds,
    knownBy: boot.knownBy,
    wallSeconds,
    ...partsOf(pen, entry),
  });
  pen.store.campaigns.putBoot(pen.campaign.id, {
    ...boot,
    anchorSeconds: reading.lastSeconds + boot.offsetSeconds,
    anchorWallSeconds: wallSeconds,
  });
}

const unread = {
  startedSeconds: null,
  endedSeconds: null,
  knownBy: null,
  calibration: null,
  readouts: [],
  probe: null,
  temperatureKelvin: null,
} satisfies Partial<NewOutcome>;

/** Why nothing was read. To be called in a transaction. */
export const keepAbsence = (
  { store, run }: Pick<Pen, "store" | "run">,
  outcome: Pick<NewOutcome, "slot" | "kind" | "reason" | "wallSeconds">,
): void => store.campaigns.addOutcome({ ...unread, run, ...outcome });

function partsOf(pen: Pen, entry: Entry): Partial<NewOutcome> {
  const { reading } = entry;
  switch (reading.kind) {
    case "readouts":
      return { readouts: keepReadouts(pen, entry, reading.readouts) };
    case "probe":
      return { probe: reading.probe };
    case "calibration":
      return { calibration: keepCalibration(pen, reading.measurement, entry.wallSeconds) };
    case "temperature":
      return { temperatureKelvin: reading.kelvin };
    default:
      return reading satisfies never;
  }
}

function keepReadouts(
  { store, run, calibration }: Pen,
  { subject: { matter }, slot, reading, boot, wallSeconds }: Entry,
  readouts: Extract<Reading, { kind: "readouts" }>["readouts"],
): ReadoutId[] {
  const programming = matter.kind === "tile" ? matter.programming : null;
  const bearsItsAge = isOfItsAge(slot, reading.firstSeconds + boot.offsetSeconds);
  const requestedAgeSeconds = bearsItsAge ? slot.ageSeconds : null;
  const facts = { programming, run, requestedAgeSeconds, wallSeconds, calibration };
  return readouts.map((readout) => store.readouts.add({ ...facts, bootId: boot.bootId, readout }));
}

/** As long as a calibration counts when nobody says otherwise (s). */
const validSeconds = 30 * 86_400;

const keepCalibration = (
  { store, campaign: { chip }, run, toolVersion }: Pen,
  done: ConverterMeasurement,
  wallSeconds: number,
): CalibrationId =>
  store.calibrations.add(newCalibration(done, { chip, run, toolVersion, wallSeconds, validSeconds }));

/** A measurement that was just made, as the store keeps it. */
export function newCalibration(
  done: ConverterMeasurement,
  by: Pick<NewCalibration, "chip" | "run" | "toolVersion" | "wallSeconds"> & {
    readonly validSeconds: number;
  },
): NewCalibration {
  const { voltages, ...columns } = done.fits;
  const { validSeconds: seconds, ...facts } = by;
  return {
    ...facts,
    validUntilWallSeconds: by.wallSeconds + seconds,
    firstSampleSeconds: done.firstSampleSeconds,
    lastSampleSeconds: done.lastSampleSeconds,
    temperatureKelvin: done.temperatureKelvin,
    parameters: done.parameters,
    voltages: { agreement: voltages },
    dac: done.dac?.fit ?? null,
    data: { columns, dacAmperes: done.dac?.amperes, readings: done.readings },
  };
}
