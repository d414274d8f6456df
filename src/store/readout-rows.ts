/** A readout without its codes, as a row of a store. */

import { z } from "zod";
import {
  type ConverterCalibration,
  type Readout,
  type UniformConverter,
  uniformCalibration,
} from "../chip/readout.ts";
import type { Calibrations, StoredConverters } from "./calibrations.ts";
import {
  type CalibrationId,
  type ChipId,
  calibrationId,
  chipId,
  countColumn,
  type ProgrammingId,
  programmingId,
  type ReadoutId,
  type RunId,
  readoutId,
  runId,
  type TileId,
  tileId,
} from "./identity.ts";
import { regionColumns, regionOf } from "./placement.ts";

export interface ReadoutFacts {
  /** Of the tile that was read, whose whole region it is then; null for any other region of the chip. */
  readonly programming: ProgrammingId | null;
  readonly run: RunId;
  /** Seconds since the end of programming that were asked for; the true age follows from the chip times. Null where none were. */
  readonly requestedAgeSeconds: number | null;
  /** Host time at which the readout came in. */
  readonly wallSeconds: number;
  /** A measured one is one of this store; any other is the same for all bit lines. */
  readonly calibration: ConverterCalibration | StoredConverters;
}

export interface NewReadout extends ReadoutFacts {
  readonly readout: Readout;
  /** Of the power-up that the chip times count from, where it is known. */
  readonly bootId?: number;
}

export interface StoredReadout extends ReadoutFacts, Omit<Readout, "codeSums" | "mask"> {
  readonly id: ReadoutId;
  readonly tile: TileId | null;
  /** That the run spoke to; null when that is not known. */
  readonly chip: ChipId | null;
  /** Of the power-up that the chip times count from, null when not known. */
  readonly bootId: number | null;
}

/** A readout of a programmed tile at an age that was asked for. */
export interface TileReadout extends StoredReadout {
  readonly programming: ProgrammingId;
  readonly tile: TileId;
  readonly requestedAgeSeconds: number;
}

/** For `o` readouts and `s` programming_starts. */
export const factColumns = `o.id, o.programming_id, o.run_id, o.chip_id, s.tile_id, o.array_index, o.region_row,
  o.region_column, o.region_rows, o.region_columns, o.requested_age, o.boot_id, o.first_sample_chip, o.last_sample_chip,
  o.read_wall, o.averages, o.read_volts, o.temperature_kelvin, o.calibration, o.calibration_id, o.siemens_per_code,
  o.offset_codes, o.saturated_cells`;

export const readoutsWithTiles = `
  readouts o LEFT JOIN programmings p ON p.id = o.programming_id LEFT JOIN programming_starts s ON s.id = p.start_id`;

/** A row of `factColumns`. */
export interface ReadoutRow extends Omit<StoredReadout, "calibration"> {
  readonly converter: UniformConverter;
  readonly measured: CalibrationId | null;
}

/** The readouts with the calibrations that their rows name. @throws LabError STORE when one is damaged. */
export function withCalibrations(rows: readonly ReadoutRow[], calibrations: Calibrations): StoredReadout[] {
  const uniform = uniformCalibrations();
  return rows.map(({ converter, measured, ...facts }) => {
    const columns = facts.region.column + facts.region.columns;
    const calibration = measured === null ? uniform(converter, columns) : calibrations.converters(measured);
    return { ...facts, calibration };
  });
}

/** Makes each of them once: the readouts of a campaign are many, their converter is one. */
function uniformCalibrations(): (converter: UniformConverter, columns: number) => ConverterCalibration {
  const known = new Map<string, ConverterCalibration>();
  return (converter, columns) => {
    const key = JSON.stringify([converter, columns]);
    const calibration = known.get(key) ?? uniformCalibration(converter, columns);
    known.set(key, calibration);
    return calibration;
  };
}

/** The values of the columns of `readouts` that say what a code means. @throws RangeError when they cannot. */
export function calibrationColumns(calibration: ReadoutFacts["calibration"]) {
  const { name, siemensPerCode, offsetCodes } = calibration;
  const measured = "id" in calibration;
  const [siemens = 0, offset = 0] = [siemensPerCode[0], offsetCodes[0]];
  const uniform =
    siemensPerCode.every((value) => value === siemens) && offsetCodes.every((value) => value === offset);
  if (!measured && !uniform)
    throw new RangeError(
      `the calibration "${name}" is not the same for all bit lines, and not of this store`,
    );
  return {
    calibration: name,
    calibrationId: measured ? calibration.id : null,
    siemensPerCode: siemens,
    offsetCodes: offset,
  };
}

export const readoutRow = z
  .object({
    ...regionColumns,
    id: z.number(),
    tile_id: z.number().nullable(),
    programming_id: z.number().nullable(),
    run_id: z.number(),
    chip_id: z.number().nullable(),
    requested_age: z.number().nullable(),
    boot_id: z.number().nullable(),
    first_sample_chip: z.number(),
    last_sample_chip: z.number(),
    read_wall: z.number(),
    averages: countColumn,
    read_volts: z.number(),
    temperature_kelvin: z.number(),
    calibration: z.string(),
    calibration_id: z.number().nullable(),
    siemens_per_code: z.number(),
    offset_codes: z.number(),
    saturated_cells: countColumn,
  })
  .transform(
    (row): ReadoutRow => ({
      id: readoutId(row.id),
      tile: named(row.tile_id, tileId),
      programming: named(row.programming_id, programmingId),
      run: runId(row.run_id),
      chip: named(row.chip_id, chipId),
      requestedAgeSeconds: row.requested_age,
      bootId: row.boot_id,
      wallSeconds: row.read_wall,
      converter: {
        name: row.calibration,
        siemensPerCode: row.siemens_per_code,
        offsetCodes: row.offset_codes,
      },
      measured: named(row.calibration_id, calibrationId),
      region: regionOf(row),
      averages: row.averages,
      readVolts: row.read_volts,
      firstSampleSeconds: row.first_sample_chip,
      lastSampleSeconds: row.last_sample_chip,
      temperatureKelvin: row.temperature_kelvin,
      saturatedCells: row.saturated_cells,
    }),
  );

const named = <Id>(value: number | null, name: (value: number) => Id): Id | null =>
  value === null ? null : name(value);
