/** Calibrations: what was measured of the converters of the chip, when, and for how long it counts. */

import { z } from "zod";
import type { ConverterCalibration } from "../chip/readout.ts";
import {
  type CalibrationData,
  calibrationBlobs,
  calibrationData,
  calibrationDataColumns,
  calibrationDataRow,
} from "./calibration-blobs.ts";
import type { Connection } from "./connection.ts";
import {
  type CalibrationId,
  type ChipId,
  calibrationId,
  countColumn,
  type JsonObject,
  jsonColumn,
  type RunId,
  runId,
} from "./identity.ts";

interface CalibrationFacts {
  readonly run: RunId;
  readonly toolVersion: string;
  readonly wallSeconds: number;
  /** Host time after which it is refused. */
  readonly validUntilWallSeconds: number;
  /** Chip times of the first and the last conversion. */
  readonly firstSampleSeconds: number;
  readonly lastSampleSeconds: number;
  readonly temperatureKelvin: number;
  /** Plain JSON: repeats, averages, voltages, tolerances. */
  readonly parameters: object;
  /** Plain JSON: how far other read voltages agree. */
  readonly voltages: object;
  /** Plain JSON, with whatever else is known of the DAC; null when it was not measured. */
  readonly dac: DacFacts | null;
}

export interface DacFacts {
  /** Measured line: current = offsetAmperes + code x amperesPerCode. */
  readonly amperesPerCode: number;
  readonly offsetAmperes: number;
  /** What is out of tolerance, in words. */
  readonly faults: readonly string[];
}

export interface NewCalibration extends CalibrationFacts {
  readonly chip: ChipId;
  readonly data: CalibrationData;
}

/** Who was measured. */
export interface CalibratedChip {
  readonly manufacturer: string;
  readonly model: string;
  readonly serialNumber: string;
  readonly firmware: string;
}

export interface StoredCalibration extends CalibrationFacts {
  readonly id: CalibrationId;
  readonly chip: CalibratedChip;
  readonly parameters: JsonObject;
  readonly voltages: JsonObject;
  readonly columns: number;
  readonly failedColumns: number;
}

/** A measured calibration as it is applied to codes. */
export interface StoredConverters extends ConverterCalibration {
  readonly id: CalibrationId;
}

/** What conductances say that they were derived with. */
export const calibrationName = (id: CalibrationId): string => `calibration ${id}`;

export class Calibrations {
  readonly #connection: Connection;
  /** They never change, and every readout of a run has the same. */
  readonly #converters = new Map<CalibrationId, StoredConverters>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws RangeError when the bit lines do not all have their values. */
  add(calibration: NewCalibration): CalibrationId {
    const { states } = calibration.data.columns;
    const id = this.#connection.run(insertSql, {
      chip: calibration.chip,
      run: calibration.run,
      version: calibration.toolVersion,
      measured: calibration.wallSeconds,
      validUntil: calibration.validUntilWallSeconds,
      first: calibration.firstSampleSeconds,
      last: calibration.lastSampleSeconds,
      kelvin: calibration.temperatureKelvin,
      parameters: JSON.stringify(calibration.parameters),
      columns: states.length,
      failed: states.filter((state) => state !== 0).length,
      voltages: JSON.stringify(calibration.voltages),
      dac: calibration.dac === null ? null : JSON.stringify(calibration.dac),
      ...calibrationBlobs(calibration.data),
    });
    return calibrationId(id);
  }

  /** All of them, oldest first. */
  list(): StoredCalibration[] {
    return this.#connection.all(factsRow, `${factsSql} ORDER BY k.id`);
  }

  find(id: CalibrationId): StoredCalibration | undefined {
    return this.#connection.first(factsRow, `${factsSql} WHERE k.id = @id`, { id });
  }

  latest(): StoredCalibration | undefined {
    return this.#connection.first(factsRow, `${factsSql} ORDER BY k.id DESC LIMIT 1`);
  }

  /** @throws RangeError when there is no such calibration, LabError STORE when its checksum does not fit. */
  data(id: CalibrationId): CalibrationData {
    const sql = `SELECT ${calibrationDataColumns} FROM calibrations WHERE id = @id`;
    const row = this.#connection.first(calibrationDataRow, sql, { id });
    if (row === undefined) throw new RangeError(`there is no calibration ${id}`);
    return calibrationData(`${calibrationName(id)} in ${this.#connection.path}`, row);
  }

  /** As `data`, ready to be applied to codes. */
  converters(id: CalibrationId): StoredConverters {
    const known = this.#converters.get(id);
    if (known !== undefined) return known;
    const { states, siemensPerCode, offsetCodes } = this.data(id).columns;
    const success = states.map((state) => (state === 0 ? 1 : 0));
    const converters = { id, name: calibrationName(id), siemensPerCode, offsetCodes, success };
    this.#converters.set(id, converters);
    return converters;
  }
}

const insertSql = `
  INSERT INTO calibrations (chip_id, run_id, tool_version, measured_wall, valid_until_wall, first_sample_chip,
    last_sample_chip, temperature_kelvin, parameters, column_count, failed_columns, states, siemens_per_code,
    offset_codes, gain_errors, offset_error_codes, residual_codes, noise_codes, voltages, dac, dac_amperes,
    readings, code_sums, crc32)
  VALUES (@chip, @run, @version, @measured, @validUntil, @first,
    @last, @kelvin, @parameters, @columns, @failed, @states, @siemensPerCode,
    @offsetCodes, @gainErrors, @offsetErrorCodes, @residualCodes, @noiseCodes, @voltages, @dac, @dacAmperes,
    @readings, @codeSums, @crc32)`;

const factsSql = `
  SELECT k.id, k.run_id, k.tool_version, k.measured_wall, k.valid_until_wall, k.first_sample_chip, k.last_sample_chip,
    k.temperature_kelvin, k.parameters, k.voltages, k.dac, k.column_count, k.failed_columns,
    c.manufacturer, c.model, c.serial_number, c.firmware
  FROM calibrations k JOIN chips c ON c.id = k.chip_id`;

const dacSchema = z.looseObject({
  amperesPerCode: z.number(),
  offsetAmperes: z.number(),
  faults: z.array(z.string()),
});

const factsRow = z
  .object({
    id: z.number(),
    run_id: z.number(),
    tool_version: z.string(),
    measured_wall: z.number(),
    valid_until_wall: z.number(),
    first_sample_chip: z.number(),
    last_sample_chip: z.number(),
    temperature_kelvin: z.number(),
    parameters: jsonColumn,
    voltages: jsonColumn,
    dac: jsonColumn.pipe(dacSchema).nullable(),
    column_count: countColumn,
    failed_columns: countColumn,
    manufacturer: z.string(),
    model: z.string(),
    serial_number: z.string(),
    firmware: z.string(),
  })
  .transform(
    (row): StoredCalibration => ({
      id: calibrationId(row.id),
      run: runId(row.run_id),
      toolVersion: row.tool_version,
      wallSeconds: row.measured_wall,
      validUntilWallSeconds: row.valid_until_wall,
      firstSampleSeconds: row.first_sample_chip,
      lastSampleSeconds: row.last_sample_chip,
      temperatureKelvin: row.temperature_kelvin,
      parameters: row.parameters,
      voltages: row.voltages,
      dac: row.dac,
      columns: row.column_count,
      failedColumns: row.failed_columns,
      chip: {
        manufacturer: row.manufacturer,
        model: row.model,
        serialNumber: row.serial_number,
        firmware: row.firmware,
      },
    }),
  );
