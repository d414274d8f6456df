/** What a store says of the devices of a chip: first readings against targets, drift, read noise and outcomes, by level. */

import { fewestReads, fitDrift } from "../../../calibration/drift/fit-drift.ts";
import type { FlickerShape } from "../../../calibration/drift/flicker-covariance.ts";
import { noKind } from "../../../calibration/drift/kinds.ts";
import { markDevices } from "../../../calibration/drift/mark-devices.ts";
import { noiseSlope } from "../../../calibration/drift/noise-slope.ts";
import type { DriftReadings } from "../../../calibration/drift/readings.ts";
import { ageOf } from "../../../calibration/drift/readings.ts";
import { type LevelFigures, LevelTally } from "../../../calibration/twin/level-tally.ts";
import { addNoise } from "../../../calibration/twin/noise-amplitude.ts";
import { type TargetLevels, targetLevels } from "../../../calibration/twin/target-levels.ts";
import { cellOutcomes } from "../../chip/outcome.ts";
import { cellCount } from "../../chip/region.ts";
import type { ProgrammingCells } from "../../store/programming-cells.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { Store } from "../../store/store.ts";
import { type Derivation, loadCodes, readingsOf, type SubjectCodes } from "../drift/load-readings.ts";
import type { DriftSubject } from "../drift/subjects.ts";

/** A tile that was programmed, and its readings from the reference time of drift on. */
export interface TwinSubject extends DriftSubject {
  readonly programming: StoredProgramming;
}

export interface MeasureOptions {
  readonly derivation: Derivation;
  readonly shape: FlickerShape;
  /** t_0 of drift (s). */
  readonly referenceSeconds: number;
  readonly largestSiemens: number;
  /** Called after so many more devices; waits, and throws when the user wants to stop. */
  readonly onDevices: (devices: number) => Promise<void>;
}

/** Devices that were found stuck, of those at which it would have been seen. */
export interface StuckCounts {
  /** Stuck at RESET, of those that were to conduct: a device that is meant to hold nothing is not known to be stuck there. */
  readonly low: { readonly count: number; readonly of: number };
  readonly high: { readonly count: number; readonly of: number };
}

export interface Measured {
  readonly levels: readonly LevelFigures[];
  readonly kindsOf: TargetLevels["kindsOf"];
  readonly stuck: StuckCounts;
  /** a of the noise power 1/f^(1 + a). */
  readonly noiseSlope: number;
  /** Rms noise of a first reading that has no memory (S). */
  readonly whiteSiemens: number;
}

/** @throws LabError STORE when data are damaged. */
export async function measureSubjects(
  store: Store,
  subjects: readonly TwinSubject[],
  options: MeasureOptions,
): Promise<Measured> {
  const levels = targetLevels(
    (function* () {
      for (const { programming } of subjects) yield store.programmings.cells(programming.id).targetSiemens;
    })(),
    options.largestSiemens,
  );
  const tallies = Array.from({ length: levels.count }, () => new LevelTally());
  const counts = { low: { count: 0, of: 0 }, high: { count: 0, of: 0 } };
  const slope = slopeOf(store, subjects, levels, options);
  for (const subject of subjects) {
    const cells = store.programmings.cells(subject.programming.id);
    countStuck(cells, counts);
    await tallySubject(loadCodes(store, subject, options.derivation), cells, levels, tallies, options);
  }
  return {
    levels: tallies.map((tally) => tally.figures()),
    kindsOf: levels.kindsOf,
    stuck: counts,
    noiseSlope: slope,
    whiteSiemens: whiteOf(store, subjects, options.derivation),
  };
}

const code = (outcome: (typeof cellOutcomes)[number]): number => cellOutcomes.indexOf(outcome);
const [converged, stuckLow, stuckHigh] = [code("converged"), code("stuck-low"), code("stuck-high")];
const nothingKnown: readonly number[] = [code("skipped"), code("unknown")];

interface Tally {
  count: number;
  of: number;
}

function countStuck(
  { outcomes, targetSiemens }: ProgrammingCells,
  { low, high }: { readonly low: Tally; readonly high: Tally },
): void {
  for (const [device, outcome] of outcomes.entries()) {
    if (nothingKnown.includes(outcome)) continue;
    high.of += 1;
    if (outcome === stuckHigh) high.count += 1;
    if (targetSiemens[device] === 0) continue;
    low.of += 1;
    if (outcome === stuckLow) low.count += 1;
  }
}

/** Bounds memory: so many devices are looked at at a time. */
const chunkDevices = 65_536;

const rowsOfChunk = ({ region }: DriftSubject): number =>
  Math.max(1, Math.floor(chunkDevices / region.columns));

async function tallySubject(
  codes: SubjectCodes,
  { targetSiemens, outcomes }: ProgrammingCells,
  levels: TargetLevels,
  tallies: readonly LevelTally[],
  { derivation, shape, referenceSeconds, onDevices }: MeasureOptions,
): Promise<void> {
  const { region } = codes.subject;
  const ofTargets = levels.kindsOf(targetSiemens);
  const kinds = ofTargets.map((kind, device) => (outcomes[device] === converged ? kind : noKind));
  for (const [device, kind] of ofTargets.entries())
    tallies[kind]?.addDevice(targetSiemens[device] ?? 0, outcomes[device] === converged);
  for (let row = 0; row < region.rows; row += rowsOfChunk(codes.subject)) {
    const rows = Math.min(rowsOfChunk(codes.subject), region.rows - row);
    const readings = readingsOf(codes, row, rows, derivation);
    const from = row * region.columns;
    const ofPart = kinds.subarray(from, from + readings.devices);
    addFirst(readings, ofPart, targetSiemens.subarray(from), tallies);
    if (readings.reads.length >= fewestReads) {
      addFits(readings, ofPart, { shape, referenceSeconds }, tallies);
      addNoise(
        readings,
        ofPart,
        shape,
        tallies.map(({ noise }) => noise),
      );
    }
    await onDevices(readings.devices);
  }
}

function addFirst(
  { reads, siemens, devices }: DriftReadings,
  kinds: Uint8Array,
  targets: Float32Array,
  tallies: readonly LevelTally[],
): void {
  const [first] = reads;
  if (first === undefined) return;
  for (let device = 0; device < devices; device++) {
    const value = siemens[device] ?? Number.NaN;
    if (Number.isFinite(value))
      tallies[kinds[device] ?? noKind]?.addFirst(targets[device] ?? 0, value, ageOf(first, device));
  }
}

function addFits(
  readings: DriftReadings,
  kinds: Uint8Array,
  options: Pick<MeasureOptions, "shape" | "referenceSeconds">,
  tallies: readonly LevelTally[],
): void {
  const fits = fitDrift(readings, kinds, { ...options, shape: { slope: 0, ...options.shape } });
  markDevices(fits, kinds, undefined);
  for (const [device, kind] of kinds.entries()) tallies[kind]?.addFit(fits, device);
}

/** From a chunk of the largest subject that has enough readings. */
function slopeOf(
  store: Store,
  subjects: readonly TwinSubject[],
  levels: TargetLevels,
  { derivation, shape }: MeasureOptions,
): number {
  const [largest] = subjects
    .filter(({ reads }) => reads.length >= fewestReads)
    .sort((a, b) => cellCount(b.region) - cellCount(a.region));
  if (largest === undefined) return 0;
  const readings = readingsOf(
    loadCodes(store, largest, derivation),
    0,
    Math.min(largest.region.rows, rowsOfChunk(largest)),
    derivation,
  );
  const { targetSiemens } = store.programmings.cells(largest.programming.id);
  return noiseSlope(readings, levels.kindsOf(targetSiemens.subarray(0, readings.devices)), shape);
}

/** Of the first readings, which are alike. */
function whiteOf(store: Store, subjects: readonly TwinSubject[], derivation: Derivation): number {
  const subject = subjects.find(({ reads }) => reads.length > 0);
  if (subject === undefined) return 0;
  const codes = loadCodes(store, { ...subject, reads: subject.reads.slice(0, 1) }, derivation);
  return readingsOf(codes, 0, 1, derivation).reads[0]?.whiteSiemens ?? 0;
}
