/** Part of the readouts of a region, as the fits want them. */

import type { DriftRead, DriftReadings } from "../../../calibration/drift/readings.ts";
import { median } from "../../../calibration/drift/repeated-median.ts";
import { type ConverterCalibration, conductances } from "../../chip/readout.ts";
import { cellCount, type Region, regionText } from "../../chip/region.ts";
import type { Store } from "../../store/store.ts";
import { commonOf } from "./snapshots.ts";
import type { DriftSubject, SubjectRead } from "./subjects.ts";

/** What turns codes into conductances. */
export interface Derivation {
  /** Undefined for the calibration that each readout was read with. */
  readonly other: ConverterCalibration | undefined;
  /** Of the converters, undefined where no chip is known: then no reading is taken for saturated. */
  readonly largestCode: number | undefined;
  /** Rms noise of one conversion (codes), 0 where it was not measured. */
  readonly noiseCodes: number;
}

/** The codes of a subject, all of them: 2 bytes a device and read. */
export interface SubjectCodes {
  readonly subject: DriftSubject;
  /** One element a read. */
  readonly codeSums: readonly Uint16Array[];
  /** Of a typical bit line, one element a read. */
  readonly siemensPerCode: readonly number[];
}

/** @throws LabError STORE when a checksum does not fit. */
export const loadCodes = (store: Store, subject: DriftSubject, { other }: Derivation): SubjectCodes => ({
  subject,
  codeSums: subject.reads.map((read) => codesOf(store, subject.region, read)),
  siemensPerCode: subject.reads.map(({ readouts: [first] }) =>
    median(Float64Array.from((other ?? first.calibration).siemensPerCode)),
  ),
});

/** Of the region, put together from the readouts that hold its parts. */
function codesOf(store: Store, region: Region, { readouts }: SubjectRead): Uint16Array {
  const [first] = readouts;
  if (regionText(first.region) === regionText(region)) return store.readouts.codeSums(first.id);
  const codes = new Uint16Array(cellCount(region));
  for (const { id, region: part } of readouts) {
    const common = commonOf(part, region);
    if (common === undefined) continue;
    const all = store.readouts.codeSums(id);
    for (let row = common.row; row < common.row + common.rows; row++) {
      const from = (row - part.row) * part.columns + common.column - part.column;
      const to = (row - region.row) * region.columns + common.column - region.column;
      codes.set(all.subarray(from, from + common.columns), to);
    }
  }
  return codes;
}

/** The readings of `rows` whole rows of the region, from `firstRow` on, counted from its first. */
export function readingsOf(
  { subject, codeSums, siemensPerCode }: SubjectCodes,
  firstRow: number,
  rows: number,
  derivation: Derivation,
): DriftReadings {
  const region: Region = { ...subject.region, row: subject.region.row + firstRow, rows };
  const devices = cellCount(region);
  const first = firstRow * region.columns;
  const siemens = new Float32Array(devices * subject.reads.length);
  for (const [r, { readouts }] of subject.reads.entries()) {
    const [readout] = readouts;
    const sums = codeSums[r]?.subarray(first, first + devices) ?? new Uint16Array(devices);
    const calibration = derivation.other ?? readout.calibration;
    const values = conductances(sums, readout.averages, calibration, region);
    censor(values, sums, readout.averages, derivation);
    siemens.set(values, r * devices);
  }
  return {
    devices,
    siemens,
    reads: subject.reads.map((read, r) =>
      driftRead(subject, read, first, (siemensPerCode[r] ?? 0) * quantum(read, derivation)),
    ),
  };
}

/** In place: what the converter has only a side of. */
export function censor(
  values: Float32Array,
  sums: Uint16Array,
  averages: number,
  { largestCode = Number.POSITIVE_INFINITY }: Derivation,
): void {
  // A mean within one code of the end may hold conversions that hit it.
  const high = averages * (largestCode - 1);
  for (let device = 0; device < values.length; device++) {
    if (sums[device] === 0) values[device] = 0;
    else if (sums[device]! > high) values[device] = Number.POSITIVE_INFINITY;
  }
}

/** @param first number of the first device, counted from the first of the region. */
function driftRead(subject: DriftSubject, read: SubjectRead, first: number, whiteSiemens: number): DriftRead {
  const { firstAgeSeconds, ageStepSeconds } = agesOf(subject, read);
  const [{ averages }] = read.readouts;
  return {
    firstAgeSeconds: firstAgeSeconds + first * ageStepSeconds,
    ageStepSeconds,
    averages,
    whiteSiemens,
  };
}

/** Of the devices of a region, the first of which has number 0. */
export function agesOf(
  { region, pulsedForSeconds }: DriftSubject,
  { ageSeconds, spanSeconds, readouts: [{ averages, region: read, ...times }] }: SubjectRead,
): Pick<DriftRead, "firstAgeSeconds" | "ageStepSeconds"> {
  const cells = cellCount(region);
  const pulseStep = pulsedForSeconds / cells;
  const conversion =
    (times.lastSampleSeconds - times.firstSampleSeconds) / Math.max(1, cellCount(read) * averages - 1);
  const middle = ((averages - 1) / 2) * conversion;
  return {
    // Device d was pulsed last (cells - d - 1/2) steps before the end of the programming.
    firstAgeSeconds: ageSeconds + middle + (cells - 0.5) * pulseStep,
    ageStepSeconds: spanSeconds / Math.max(1, cells - 1) - pulseStep,
  };
}

/** Rms of what has no memory in an averaged reading (codes). */
const quantum = ({ readouts: [{ averages }] }: SubjectRead, { noiseCodes }: Derivation): number =>
  Math.sqrt((1 / 12 + noiseCodes ** 2) / averages);
