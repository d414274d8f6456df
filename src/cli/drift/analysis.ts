/** The drift of all subjects: laws compared, devices fitted, marked, and put together by level. */

import type { ModelComparison } from "../../../calibration/drift/compare-models.ts";
import { type DriftOptions, fitDrift } from "../../../calibration/drift/fit-drift.ts";
import { type DriftFits, emptyFits, putFits } from "../../../calibration/drift/fits.ts";
import type { FlickerShape } from "../../../calibration/drift/flicker-covariance.ts";
import { devicesByKind } from "../../../calibration/drift/kinds.ts";
import { markDevices } from "../../../calibration/drift/mark-devices.ts";
import type { DriftModel, ModelName } from "../../../calibration/drift/models.ts";
import { type DriftSummary, LevelSummary } from "../../../calibration/drift/summary.ts";
import { cellCount } from "../../chip/region.ts";
import type { FanPoint } from "../../store/drift-rows.ts";
import type { Store } from "../../store/store.ts";
import { compareLevels, measureSlope, modelFor, rowsOfChunk } from "./comparison.ts";
import { Fans } from "./fans.ts";
import { type Level, type LevelOptions, levelsOfSubjects, type SubjectLevels } from "./levels.ts";
import { loadCodes, readingsOf, type SubjectCodes } from "./load-readings.ts";
import { type DriftSubject, programmedCells } from "./subjects.ts";

export interface AnalysisOptions extends Pick<DriftOptions, "referenceSeconds" | "shape">, LevelOptions {
  /** The best one of each level for auto. */
  readonly model: ModelName | "auto";
  /** Called after so many more devices; waits, and throws when the user wants to stop. */
  readonly onDevices: (devices: number) => Promise<void>;
}

export interface FittedSubject {
  readonly subject: DriftSubject;
  readonly kinds: Uint8Array;
  readonly fits: DriftFits;
}

export interface LevelDrift extends Level {
  readonly number: number;
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
  /** Of the noise, with its slope as it was found. */
  readonly shape: FlickerShape;
}

/** @param subjects each with three reads at least. @throws LabError STORE when data in the store are damaged. */
export async function analyseDrift(
  store: Store,
  subjects: readonly DriftSubject[],
  options: AnalysisOptions,
): Promise<DriftAnalysis> {
  const levels = levelsOfSubjects(store, subjects, options);
  const { derivation, referenceSeconds } = options;
  const slope = measureSlope(store, subjects, levels, derivation, options.shape);
  const shape = { ...options.shape, slope };
  const comparisons = compareLevels(store, subjects, levels, derivation, { referenceSeconds, shape });
  const models = levels.all.map((_, number) => modelFor(options.model, comparisons.get(number)));
  const fans = new Fans(levels.all.length, subjects);
  const summaries = levels.all.map(() => new LevelSummary());
  const fitted: FittedSubject[] = [];
  for (const subject of subjects) {
    const codes = loadCodes(store, subject, derivation);
    const done = await fitSubject(store, codes, levels, models, { ...options, shape });
    fans.add(codes, done, derivation);
    for (const [number, some] of devicesByKind(done.kinds, { from: 0, to: done.kinds.length }).entries())
      summaries[number]?.add(done.fits, some);
    fitted.push(done);
  }
  const found = levels.all.flatMap((level, number): LevelDrift[] => {
    const [summary, model] = [summaries[number]?.summary(), models[number]];
    if (summary === undefined || model === undefined || summary.devices === 0) return [];
    const comparison = comparisons.get(number);
    const breakSeconds = model.name === "two" ? (comparison?.breakSeconds ?? null) : null;
    const fan = fans.of(number);
    return [{ ...level, number, model: model.name, breakSeconds, comparison, summary, fan }];
  });
  return { subjects: fitted, levels: found, shape };
}

async function fitSubject(
  store: Store,
  codes: SubjectCodes,
  levels: SubjectLevels,
  models: readonly DriftModel[],
  { referenceSeconds, shape, derivation, onDevices }: AnalysisOptions,
): Promise<FittedSubject> {
  const { subject } = codes;
  const { rows, columns } = subject.region;
  const kinds = levels.kindsOf(codes);
  const fits = emptyFits(cellCount(subject.region), referenceSeconds);
  for (let row = 0; row < rows; row += rowsOfChunk(subject)) {
    const some = Math.min(rowsOfChunk(subject), rows - row);
    const readings = readingsOf(codes, row, some, derivation);
    const from = row * columns;
    const ofChunk = kinds.subarray(from, from + some * columns);
    putFits(fits, from, fitDrift(readings, ofChunk, { referenceSeconds, shape, models }));
    await onDevices(some * columns);
  }
  const { programming } = subject;
  markDevices(fits, kinds, programming && programmedCells(store, programming));
  return { subject, kinds, fits };
}
