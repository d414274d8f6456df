/** The record of a twin: what was found, and where it comes from. */

import type { FlickerShape } from "../../../calibration/drift/flicker-covariance.ts";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { cellCount } from "../../chip/region.ts";
import { profileHash, type TwinRecord } from "./document.ts";
import type { Findings, StuckShare } from "./findings.ts";
import type { MatchedErrors } from "./match-error.ts";
import type { Measured, TwinSubject } from "./measure.ts";
import { levelsOf, polynomialOf } from "./record-levels.ts";
import { remarksOf } from "./remarks.ts";
import { sourcesOf } from "./sources.ts";
import { firstReading, largestOf, type MeasuredConverters, type Way } from "./subjects.ts";

export interface FitFacts {
  readonly descriptor: Descriptor;
  readonly base: ChipProfile;
  readonly gmaxSiemens: number;
  readonly shape: FlickerShape;
  readonly subjects: readonly TwinSubject[];
  readonly measured: Measured;
  readonly findings: Findings;
  readonly converters: MeasuredConverters | undefined;
  /** How the chip was programmed, or why that cannot be rehearsed. */
  readonly way: Way | string;
  readonly matched: MatchedErrors | undefined;
}

/** @param store its path. @param fitted the profile before its error was matched. */
export function recordOf(
  store: string,
  profile: ChipProfile,
  fitted: ChipProfile,
  facts: FitFacts,
  by: { readonly toolVersion: string; readonly wallSeconds: number },
): TwinRecord {
  const { base, gmaxSiemens, shape, subjects, measured, findings, way, matched } = facts;
  const { noiseSlope, whiteSiemens } = measured;
  const { averages } = firstReading(subjects).readouts[0];
  const conditions = { profile: fitted, shape, averages, whiteSiemens };
  const levels = levelsOf(measured.levels, matched?.rehearsed, conditions);
  const unmatched = typeof way === "string" ? way : undefined;
  const { described, fitted: found, taken } = sourcesOf(profile, findings, matched, unmatched);
  const { converters, noiseLaw, stuck } = findings;
  const { drift, readNoise } = base.device;
  return {
    format: 1,
    toolVersion: by.toolVersion,
    fittedWallSeconds: by.wallSeconds,
    profileSha256: profileHash(profile),
    ...originOf(store, facts),
    referenceSeconds: drift.referenceSeconds,
    readSeconds: readNoise.readSeconds,
    levels,
    programming: polynomialOf(levels, gmaxSiemens),
    readNoise: noiseLaw ? { ...noiseLaw, g1Siemens: drift.gMaxSiemens } : null,
    noiseSlope: -1 - noiseSlope,
    stuck: { low: stuckOf(stuck.low), high: stuckOf(stuck.high) },
    converters: converters ?? null,
    described: [...described],
    fitted: [...found],
    taken: [...taken],
    remarks: remarksOf({ levels, subjects, noiseSlope, converters, unmatched }),
  };
}

function originOf(store: string, { descriptor, base, gmaxSiemens, subjects, converters, way }: FitFacts) {
  const reads = subjects.flatMap((subject) => subject.reads);
  const [{ averages, readVolts }] = firstReading(subjects).readouts;
  const { programming, reads: ownReads } = largestOf(subjects);
  const { name, parameters } = programming.algorithm;
  return {
    chip: chipOf(descriptor),
    base: base.name,
    store,
    programmings: subjects.map((subject) => subject.programming.id),
    readouts: [...new Set(reads.flatMap(({ readouts }) => readouts.map(({ id }) => id)))],
    calibration: converters?.calibration ?? null,
    devices: subjects.reduce((sum, { region }) => sum + cellCount(region), 0),
    agesSeconds: ownReads.map(({ ageSeconds }) => ageSeconds),
    algorithm: { name, parameters, verifyAtSeconds: typeof way === "string" ? [] : [...way.verifyAtSeconds] },
    reading: { averages, readVolts },
    gmaxSiemens,
  };
}

const chipOf = ({
  manufacturer,
  model,
  serialNumber,
  life,
  firmware,
  emulated,
}: Descriptor): TwinRecord["chip"] => ({
  manufacturer,
  model,
  serialNumber,
  life: life ?? null,
  firmware,
  emulated,
});

const stuckOf = ({ counts: _, ...share }: StuckShare) => share;
