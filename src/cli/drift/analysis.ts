/** The drift of all subjects: laws compared, devices fitted, marked, and put together by level. */

import { compareModels, type ModelComparison } from "../../../calibration/drift/compare-models.ts";
import { type DriftOptions, devicesByKind, fitDrift } from "../../../calibration/drift/fit-drift.ts";
import { type DriftFits, emptyFits, fitsOf } from "../../../calibration/drift/fits.ts";
import { type DriftLevels, levelsOf, tenthsOf } from "../../../calibration/drift/levels.ts";
import { markDevices } from "../../../calibration/drift/mark-devices.ts";
import {
  type DriftModel,
  type ModelName,
  powerLaw,
  powerWithFloor,
  twoExponents,
} from "../../../calibration/drift/models.ts";
import { type DriftSummary, LevelSummary } from "../../../calibration/drift/summary.ts";
import { cellCount } from "../../chip/region.ts";
import type { FanPoint } from "../../store/drift-rows.ts";
import type { Store } from "../../store/store.ts";
import { Fans } from "./fans.ts";
import { type Derivation, loadCodes, readingsOf, type SubjectCodes } from "./load-readings.ts";
import { type DriftSubject, programmedCells } from "./subjects.ts";

export interface AnalysisOptions extends Pick<DriftOptions, "referenceSeconds" | "shape"> {
  /** The best one of each level for auto. */
  readonly model: ModelName | "auto";
  /** Conductance of the largest weight (S). */
  readonly largestSiemens: number;
  readonly derivation: Derivation;
  /** Called after so many more devices; waits, and throws when the user wants to stop. */
  readonly onDevices: (devices: number) => Promise<void>;
}

export interface FittedSubject {
  readonly subject: DriftSubject;
  readonly kinds: Uint8Array;
  readonly fits: DriftFits;
}

export interface LevelDrift {
  readonly level: number;
  readonly targetSiemens: number;
  readonly model: ModelName;
  readonly breakSeconds: number | null;
  readonly comparison: ModelComparison | undefined;
  readonly summary: DriftSummary;
  readonly fan: readonly FanPoint[];
}

export interface DriftAnalysis {
  readonly subjects: readonly FittedSubject[];
  /** Those that have devices. */
  readonly levels: readonly LevelDrift[];
}

/** @param subjects each with three reads at least. @throws LabError STORE when data in the store is damaged. */
export async function analyseDrift(
  store: Store,
  subjects: readonly DriftSubject[],
  options: AnalysisOptions,
): Promise<DriftAnalysis> {
  const levels = levelsOfAll(store, subjects, options);
  const comparisons = compareAll(store, subjects, levels, options);
  const models = levels.siemens.map((_, level) => modelFor(options, comparisons.get(level)));
  const devices = subjects.reduce((sum, { region }) => sum + cellCount(region), 0);
  const fans = new Fans(levels.siemens.length, devices);
  const summaries = levels.siemens.map(() => new LevelSummary());
  const fitted: FittedSubject[] = [];
  for (const subject of subjects) {
    const codes = loadCodes(store, subject, options.derivation);
    const done = await fitSubject(store, codes, levels, models, options);
    fans.add(codes, done, options.derivation);
    for (const [level, some] of devicesByKind(done.kinds, { from: 0, to: done.kinds.length }).entries())
      summaries[level]?.add(done.fits, some);
    fitted.push(done);
  }
  return {
    subjects: fitted,
    levels: levels.siemens.flatMap((targetSiemens, level) => {
      const [summary, model] = [summaries[level]?.summary(), models[level]];
      if (summary === undefined || model === undefined || summary.devices === 0) return [];
      const comparison = comparisons.get(level);
      const breakSeconds = model.name === "two" ? (comparison?.breakSeconds ?? null) : null;
      return [
        { level, targetSiemens, model: model.name, breakSeconds, comparison, summary, fan: fans.of(level) },
      ];
    }),
  };
}

/** By target; devices that nobody programmed are grouped by the conductance that they were first read with. */
export function levelsOfAll(
  store: Store,
  subjects: readonly DriftSubject[],
  { largestSiemens }: Pick<AnalysisOptions, "largestSiemens">,
): DriftLevels {
  const programmings = subjects.flatMap(({ programming }) => programming ?? []);
  if (programmings.length < subjects.length) return tenthsOf(largestSiemens);
  return levelsOf(
    (function* () {
      for (const programming of programmings) yield programmedCells(store, programming).targetSiemens;
    })(),
    largestSiemens,
  );
}

/** One chunk of each subject, the largest subject first, until every level that is there was compared. */
function compareAll(
  store: Store,
  subjects: readonly DriftSubject[],
  levels: DriftLevels,
  { referenceSeconds, shape, derivation }: AnalysisOptions,
): Map<number, ModelComparison> {
  const found = new Map<number, ModelComparison>();
  const bySize = subjects.toSorted((a, b) => cellCount(b.region) - cellCount(a.region));
  for (const subject of bySize.slice(0, mostCompared)) {
    const codes = loadCodes(store, subject, derivation);
    const rows = Math.min(subject.region.rows, rowsOfChunk(subject));
    const readings = readingsOf(codes, 0, rows, derivation);
    const kinds = kindsOf(store, codes, levels, derivation).subarray(0, readings.devices);
    for (const [level, devices] of devicesByKind(kinds, { from: 0, to: kinds.length }).entries()) {
      if (devices.length === 0 || found.has(level)) continue;
      const comparison = compareModels(readings, devices, { referenceSeconds, shape });
      if (comparison !== undefined) found.set(level, comparison);
    }
    if (found.size === levels.siemens.length) break;
  }
  return found;
}

/** Subjects that laws are compared on. */
const mostCompared = 8;

export function modelFor(
  { model }: Pick<AnalysisOptions, "model">,
  comparison: ModelComparison | undefined,
): DriftModel {
  const name = model === "auto" ? (comparison?.best ?? "power") : model;
  if (name === "floor") return powerWithFloor;
  // Without a break that was looked for, both exponents are one.
  if (name === "two" && comparison !== undefined)
    return twoExponents(Math.log(comparison.breakSeconds / comparison.referenceSeconds));
  return powerLaw;
}

/** Bounds memory: so many devices are fitted at a time. */
const chunkDevices = 65_536;

const rowsOfChunk = ({ region }: DriftSubject): number =>
  Math.max(1, Math.floor(chunkDevices / region.columns));

async function fitSubject(
  store: Store,
  codes: SubjectCodes,
  levels: DriftLevels,
  models: readonly DriftModel[],
  { referenceSeconds, shape, derivation, onDevices }: AnalysisOptions,
): Promise<FittedSubject> {
  const { subject } = codes;
  const { rows, columns } = subject.region;
  const kinds = kindsOf(store, codes, levels, derivation);
  const fits = emptyFits(rows * columns, referenceSeconds);
  for (let row = 0; row < rows; row += rowsOfChunk(subject)) {
    const some = Math.min(rowsOfChunk(subject), rows - row);
    const readings = readingsOf(codes, row, some, derivation);
    const [from, to] = [row * columns, (row + some) * columns];
    const part = fitDrift(readings, kinds.subarray(from, to), { referenceSeconds, shape, models });
    putFits(fitsOf(fits, from, to), part);
    await onDevices(some * columns);
  }
  const { programming } = subject;
  markDevices(fits, kinds, programming && programmedCells(store, programming));
  return { subject, kinds, fits };
}

/** The level of each device. @throws LabError STORE when the targets are damaged. */
export function kindsOf(
  store: Store,
  codes: SubjectCodes,
  levels: DriftLevels,
  derivation: Derivation,
): Uint8Array {
  const { programming, region, reads } = codes.subject;
  if (programming !== undefined) return levels.kindsOf(programmedCells(store, programming).targetSiemens);
  const first = { ...codes, subject: { ...codes.subject, reads: reads.slice(0, 1) } };
  const { siemens } = readingsOf(first, 0, region.rows, derivation);
  return levels.kindsOf(siemens);
}

function putFits(into: DriftFits, from: DriftFits): void {
  into.models.set(from.models);
  into.nu.set(from.nu);
  into.nuError.set(from.nuError);
  into.siemens.set(from.siemens);
  into.siemensError.set(from.siemensError);
  into.third.set(from.third);
  into.thirdError.set(from.thirdError);
  into.factor.set(from.factor);
  into.noise.set(from.noise);
  into.readings.set(from.readings);
  into.outlierReadings.set(from.outlierReadings);
  into.marks.set(from.marks);
}
