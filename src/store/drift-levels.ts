/** Levels of a fit of drift as rows of a store. */

import { z } from "zod";
import type { Parameters } from "./connection.ts";
import { driftMarks, driftModels, type StoredDriftLevel } from "./drift-rows.ts";
import { countColumn, type DriftAnalysisId, flagColumn, jsonColumn } from "./identity.ts";

export const insertLevelSql = `
  INSERT INTO drift_levels (analysis_id, level, programmed, target_siemens, model, break_age, devices, fitted, nu_mean,
    nu_mean_half_width, nu_spread, nu_error, siemens_mean, siemens_spread, noise, third_mean, outlier_readings, marked,
    comparison, fan)
  VALUES (@analysis, @level, @programmed, @target, @model, @break, @devices, @fitted, @nuMean,
    @nuMeanHalfWidth, @nuSpread, @nuError, @siemensMean, @siemensSpread, @noise, @thirdMean, @outlierReadings, @marked,
    @comparison, @fan)`;

export const levelColumns = (analysis: DriftAnalysisId, level: StoredDriftLevel): Parameters => ({
  analysis,
  level: level.level,
  programmed: level.programmed ? 1 : 0,
  target: level.targetSiemens,
  model: level.model,
  break: level.breakSeconds,
  devices: level.devices,
  fitted: level.fitted,
  nuMean: known(level.nuMean),
  nuMeanHalfWidth: known(level.nuMeanHalfWidth),
  nuSpread: known(level.nuSpread),
  nuError: known(level.nuError),
  siemensMean: known(level.siemensMean),
  siemensSpread: known(level.siemensSpread),
  noise: known(level.noise),
  thirdMean: known(level.thirdMean),
  outlierReadings: level.outlierReadings,
  marked: JSON.stringify(level.marked),
  comparison: level.comparison === null ? null : JSON.stringify(level.comparison),
  fan: JSON.stringify({ points: level.fan }),
});

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

const quantity = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const marked = z.record(z.enum(driftMarks), countColumn);

const fan = z.object({
  points: z.array(
    z.object({
      ageSeconds: z.number(),
      devices: countColumn,
      low: z.number(),
      median: z.number(),
      high: z.number(),
    }),
  ),
});

export const levelRow = z
  .object({
    level: countColumn,
    programmed: flagColumn,
    target_siemens: z.number(),
    model: z.enum(driftModels),
    break_age: z.number().nullable(),
    devices: countColumn,
    fitted: countColumn,
    nu_mean: quantity,
    nu_mean_half_width: quantity,
    nu_spread: quantity,
    nu_error: quantity,
    siemens_mean: quantity,
    siemens_spread: quantity,
    noise: quantity,
    third_mean: quantity,
    outlier_readings: countColumn,
    marked: jsonColumn.pipe(marked),
    comparison: jsonColumn.nullable(),
    fan: jsonColumn.pipe(fan),
  })
  .transform(
    (row): StoredDriftLevel => ({
      level: row.level,
      programmed: row.programmed,
      targetSiemens: row.target_siemens,
      model: row.model,
      breakSeconds: row.break_age,
      devices: row.devices,
      fitted: row.fitted,
      marked: row.marked,
      nuMean: row.nu_mean,
      nuMeanHalfWidth: row.nu_mean_half_width,
      nuSpread: row.nu_spread,
      nuError: row.nu_error,
      siemensMean: row.siemens_mean,
      siemensSpread: row.siemens_spread,
      noise: row.noise,
      thirdMean: row.third_mean,
      outlierReadings: row.outlier_readings,
      comparison: row.comparison,
      fan: row.fan.points,
    }),
  );
