/** Fits of drift: when they were made, what the levels say, and the fit of every device. */

import { cellCount } from "../chip/region.ts";
import type { Connection } from "./connection.ts";
import { deviceBlobs, deviceRow, devicesOf } from "./drift-devices.ts";
import { insertLevelSql, levelColumns, levelRow } from "./drift-levels.ts";
import {
  type AnalysisFacts,
  analysisRow,
  type DriftDevices,
  type FitFacts,
  fitRow,
  type StoredAnalysis,
  type StoredDriftFit,
  type StoredDriftLevel,
} from "./drift-rows.ts";
import { type DriftAnalysisId, type DriftFitId, driftAnalysisId } from "./identity.ts";

export interface NewDriftFit extends FitFacts {
  readonly devices: DriftDevices;
}

export interface NewAnalysis extends AnalysisFacts {
  /** Plain JSON. */
  readonly parameters: object;
  readonly levels: readonly StoredDriftLevel[];
  readonly fits: readonly NewDriftFit[];
}

export class DriftAnalyses {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Stores a whole analysis in one transaction. @throws RangeError when an array does not have one element for each device. */
  add({ levels, fits, ...facts }: NewAnalysis): DriftAnalysisId {
    const rows = fits.map(fitColumns);
    return this.#connection.transaction(() => {
      const analysis = driftAnalysisId(
        this.#connection.run(insertAnalysisSql, {
          run: facts.run,
          wall: facts.wallSeconds,
          reference: facts.referenceSeconds,
          from: facts.fromSeconds,
          parameters: JSON.stringify(facts.parameters),
        }),
      );
      for (const level of levels) this.#connection.run(insertLevelSql, levelColumns(analysis, level));
      for (const row of rows) this.#connection.run(insertFitSql, { analysis, ...row });
      return analysis;
    });
  }

  /** All of them, oldest first. */
  list(): StoredAnalysis[] {
    return this.#connection.all(analysisRow, "SELECT * FROM drift_analyses ORDER BY id");
  }

  latest(): StoredAnalysis | undefined {
    return this.#connection.first(analysisRow, "SELECT * FROM drift_analyses ORDER BY id DESC LIMIT 1");
  }

  /** By rising conductance. */
  levels(analysis: DriftAnalysisId): StoredDriftLevel[] {
    return this.#connection.all(levelRow, levelsSql, { analysis });
  }

  /** Without the devices, in the order in which they were fitted. */
  fits(analysis: DriftAnalysisId): StoredDriftFit[] {
    return this.#connection.all(fitRow, fitsSql, { analysis });
  }

  /** @throws RangeError when there is no such fit, LabError STORE when its checksum does not fit. */
  devices(fit: DriftFitId): DriftDevices {
    const row = this.#connection.first(deviceRow, devicesSql, { fit });
    if (row === undefined) throw new RangeError(`there is no drift fit ${fit}`);
    return devicesOf(`drift fit ${fit} in ${this.#connection.path}`, row);
  }
}

function fitColumns({ devices, region, ...fit }: NewDriftFit) {
  return {
    programming: fit.programming,
    array: region.array,
    row: region.row,
    column: region.column,
    rows: region.rows,
    columns: region.columns,
    reads: fit.reads,
    firstAge: fit.firstAgeSeconds,
    lastAge: fit.lastAgeSeconds,
    readouts: JSON.stringify(fit.readouts),
    ...deviceBlobs(devices, cellCount(region)),
  };
}

const insertAnalysisSql = `
  INSERT INTO drift_analyses (run_id, fitted_wall, reference_age, from_age, parameters)
  VALUES (@run, @wall, @reference, @from, @parameters)`;

const insertFitSql = `
  INSERT INTO drift_fits (analysis_id, programming_id, array_index, region_row, region_column, region_rows,
    region_columns, reads, first_age, last_age, readouts, levels, models, nu, nu_error, siemens, siemens_error, third,
    third_error, interval_factor, noise, readings, outlier_readings, marks, crc32)
  VALUES (@analysis, @programming, @array, @row, @column, @rows, @columns, @reads, @firstAge, @lastAge, @readouts,
    @levels, @models, @nu, @nuError, @siemens, @siemensError, @third, @thirdError, @factor, @noise, @readings,
    @outlierReadings, @marks, @crc32)`;

const levelsSql = `
  SELECT level, programmed, target_siemens, model, break_age, devices, fitted, nu_mean, nu_mean_half_width, nu_spread, nu_error,
    siemens_mean, siemens_spread, noise, third_mean, outlier_readings, marked, comparison, fan
  FROM drift_levels WHERE analysis_id = @analysis ORDER BY level`;

const fitsSql = `
  SELECT id, programming_id, array_index, region_row, region_column, region_rows, region_columns, reads, first_age,
    last_age, readouts
  FROM drift_fits WHERE analysis_id = @analysis ORDER BY id`;

const devicesSql = `
  SELECT levels, models, nu, nu_error, siemens, siemens_error, third, third_error, interval_factor, noise, readings,
    outlier_readings, marks, crc32
  FROM drift_fits WHERE id = @fit`;
