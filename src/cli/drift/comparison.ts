/** Which law the devices of each level follow, and the law that they are fitted with. */

import { compareModels, type ModelComparison } from "../../../calibration/drift/compare-models.ts";
import type { DriftOptions } from "../../../calibration/drift/fit-drift.ts";
import type { FlickerShape } from "../../../calibration/drift/flicker-covariance.ts";
import { devicesByKind, noKind } from "../../../calibration/drift/kinds.ts";
import {
  type DriftModel,
  type ModelName,
  powerLaw,
  powerWithFloor,
  twoExponents,
} from "../../../calibration/drift/models.ts";
import { noiseSlope } from "../../../calibration/drift/noise-slope.ts";
import { cellCount } from "../../chip/region.ts";
import type { Store } from "../../store/store.ts";
import type { SubjectLevels } from "./levels.ts";
import { type Derivation, loadCodes, readingsOf } from "./load-readings.ts";
import type { DriftSubject } from "./subjects.ts";

/** Bounds memory: so many devices are looked at at a time. */
const chunkDevices = 65_536;

/** Rows of a subject that are looked at together. */
export const rowsOfChunk = ({ region }: DriftSubject): number =>
  Math.max(1, Math.floor(chunkDevices / region.columns));

/**
 * How fast the power of the noise falls with frequency, from a chunk of the largest subject: a property of the material, one for all.
 * @throws LabError STORE when data are damaged.
 */
export function measureSlope(
  store: Store,
  subjects: readonly DriftSubject[],
  levels: SubjectLevels,
  derivation: Derivation,
  shape: FlickerShape,
): number {
  const [largest] = candidates(subjects);
  if (largest === undefined) return 0;
  const codes = loadCodes(store, largest, derivation);
  const readings = readingsOf(codes, 0, Math.min(largest.region.rows, rowsOfChunk(largest)), derivation);
  return noiseSlope(readings, levels.kindsOf(codes).subarray(0, readings.devices), shape);
}

/** Tiles that laws are compared on, and as many other regions. */
const mostCompared = 6;

/** The largest first. */
function candidates(subjects: readonly DriftSubject[]): DriftSubject[] {
  const bySize = subjects.toSorted((a, b) => cellCount(b.region) - cellCount(a.region));
  const isTile = ({ programming }: DriftSubject): boolean => programming !== undefined;
  return [
    ...bySize.filter(isTile).slice(0, mostCompared),
    ...bySize.filter((subject) => !isTile(subject)).slice(0, mostCompared),
  ];
}

/** By level: one chunk of a subject after the other, until every level was compared. @throws LabError STORE when data are damaged. */
export function compareLevels(
  store: Store,
  subjects: readonly DriftSubject[],
  levels: SubjectLevels,
  derivation: Derivation,
  options: DriftOptions,
): Map<number, ModelComparison> {
  const found = new Map<number, ModelComparison>();
  for (const subject of candidates(subjects)) {
    const codes = loadCodes(store, subject, derivation);
    const rows = Math.min(subject.region.rows, rowsOfChunk(subject));
    const readings = readingsOf(codes, 0, rows, derivation);
    const kinds = levels.kindsOf(codes).subarray(0, readings.devices);
    for (const [level, devices] of devicesByKind(kinds, { from: 0, to: kinds.length }).entries()) {
      if (devices.length === 0 || level === noKind || found.has(level)) continue;
      const comparison = compareModels(readings, devices, options);
      if (comparison !== undefined) found.set(level, comparison);
    }
    if (found.size === levels.all.length) break;
  }
  return found;
}

/** @param wanted the best one for auto. */
export function modelFor(wanted: ModelName | "auto", comparison: ModelComparison | undefined): DriftModel {
  const name = wanted === "auto" ? (comparison?.best ?? "power") : wanted;
  if (name === "floor") return powerWithFloor;
  // Without a break that was looked for, both exponents are one.
  if (name === "two" && comparison !== undefined)
    return twoExponents(Math.log(comparison.breakSeconds / comparison.referenceSeconds));
  return powerLaw;
}
