/** What a store holds of fits of drift: the types, and the rows that they come from. */

import { z } from "zod";
import type { Region } from "../chip/region.ts";
import {
  countColumn,
  type DriftAnalysisId,
  type DriftFitId,
  driftAnalysisId,
  driftFitId,
  type JsonObject,
  jsonArrayColumn,
  jsonColumn,
  type ProgrammingId,
  programmingId,
  type ReadoutId,
  type RunId,
  readoutId,
  runId,
} from "./identity.ts";
import { regionSchema } from "./placement.ts";

export interface AnalysisFacts {
  readonly run: RunId;
  readonly wallSeconds: number;
  /** Age (s) that conductances are given for. */
  readonly referenceSeconds: number;
  /** Readouts of a younger age (s) are left out. */
  readonly fromSeconds: number;
}

export interface StoredAnalysis extends AnalysisFacts {
  readonly id: DriftAnalysisId;
  readonly parameters: JsonObject;
}

/** Laws of drift in the order of their codes. */
export const driftModels = ["power", "floor", "two"] as const;
export type DriftModelName = (typeof driftModels)[number];

/** Marks of devices in the order of their bits. */
export const driftMarks = ["outlier", "stuck", "saturated", "dead", "censored", "unfitted"] as const;
export type DriftMark = (typeof driftMarks)[number];

/** Of G / G at the reference age of the device's own fit. */
export interface FanPoint {
  readonly ageSeconds: number;
  readonly devices: number;
  /** 10 %, 50 % and 90 % quantiles. */
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** What the devices of one target say together; quantities are NaN without sound devices. */
export interface StoredDriftLevel {
  readonly level: number;
  /** False for devices that nobody programmed: then they are grouped by what they were first read as. */
  readonly programmed: boolean;
  readonly targetSiemens: number;
  readonly model: DriftModelName;
  /** Age (s) at which the exponent of `two` changes. */
  readonly breakSeconds: number | null;
  readonly devices: number;
  /** Sound ones, over which means and spreads are. */
  readonly fitted: number;
  readonly marked: Readonly<Record<DriftMark, number>>;
  readonly nuMean: number;
  /** Half of the 95 % interval of the mean. */
  readonly nuMeanHalfWidth: number;
  /** From device to device, without what noise adds. */
  readonly nuSpread: number;
  /** Rms standard error of one device. */
  readonly nuError: number;
  readonly siemensMean: number;
  readonly siemensSpread: number;
  /** Rms of readings around their fits, relative to the conductance. */
  readonly noise: number;
  readonly thirdMean: number;
  readonly outlierReadings: number;
  /** Plain JSON: information criteria of the laws; null where they were not compared. */
  readonly comparison: object | null;
  readonly fan: readonly FanPoint[];
}

/** One element for each device, row by row; NaN where it has no fit. */
export interface DriftDevices {
  /** Number of its level; 255 for none: it belongs to a tile and is left out. */
  readonly levels: Uint8Array;
  /** Indices into `driftModels`. */
  readonly models: Uint8Array;
  readonly nu: Float32Array;
  readonly nuError: Float32Array;
  readonly siemens: Float32Array;
  readonly siemensError: Float32Array;
  /** Share that does not drift (`floor`), exponent after the break (`two`). */
  readonly third: Float32Array;
  readonly thirdError: Float32Array;
  /** Half width of a 95 % interval over the standard error. */
  readonly factor: Float32Array;
  readonly noise: Float32Array;
  readonly readings: Uint16Array;
  readonly outlierReadings: Uint16Array;
  /** Bits of `driftMarks`. */
  readonly marks: Uint8Array;
}

export interface FitFacts {
  /** Null for devices that nobody programmed. */
  readonly programming: ProgrammingId | null;
  readonly region: Region;
  readonly firstAgeSeconds: number;
  readonly lastAgeSeconds: number;
  /** By age. */
  readonly readouts: readonly ReadoutId[];
  /** Different ages that were read. */
  readonly reads: number;
}

export interface StoredDriftFit extends FitFacts {
  readonly id: DriftFitId;
}

export const analysisRow = z
  .object({
    id: z.number(),
    run_id: z.number(),
    fitted_wall: z.number(),
    reference_age: z.number(),
    from_age: z.number(),
    parameters: jsonColumn,
  })
  .transform(
    (row): StoredAnalysis => ({
      id: driftAnalysisId(row.id),
      run: runId(row.run_id),
      wallSeconds: row.fitted_wall,
      referenceSeconds: row.reference_age,
      fromSeconds: row.from_age,
      parameters: row.parameters,
    }),
  );

export const fitRow = z
  .looseObject({
    id: z.number(),
    programming_id: z.number().nullable(),
    first_age: z.number(),
    last_age: z.number(),
    readouts: jsonArrayColumn(z.number()),
    reads: countColumn,
  })
  .transform(
    (row): StoredDriftFit => ({
      id: driftFitId(row.id),
      programming: row.programming_id === null ? null : programmingId(row.programming_id),
      region: regionSchema.parse(row),
      firstAgeSeconds: row.first_age,
      lastAgeSeconds: row.last_age,
      readouts: row.readouts.map(readoutId),
      reads: row.reads,
    }),
  );
