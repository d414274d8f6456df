/** Readouts: raw ADC codes of a tile at some age of its programming, with all that turns them into siemens. */

import { z } from "zod";
import {
  type ConverterCalibration,
  type Readout,
  type UniformConverter,
  uniformCalibration,
} from "../chip/readout.ts";
import { cellCount, type Region, regionText } from "../chip/region.ts";
import { assertChecksum, blobOf, checksum, uint16From } from "./blob.ts";
import type { Calibrations, StoredConverters } from "./calibrations.ts";
import type { Connection } from "./connection.ts";
import {
  blobColumn,
  type CalibrationId,
  calibrationId,
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
import { regionSchema } from "./placement.ts";

interface ReadoutFacts {
  readonly programming: ProgrammingId;
  readonly run: RunId;
  /** Seconds since the end of programming that were asked for; the true age follows from the chip times. */
  readonly requestedAgeSeconds: number;
  /** Host time at which the readout came in. */
  readonly wallSeconds: number;
  /** A measured one is one of this store; any other is the same for all bit lines. */
  readonly calibration: ConverterCalibration | StoredConverters;
}

export interface NewReadout extends ReadoutFacts {
  /** Of the whole region of the tile. */
  readonly readout: Readout;
}

export interface StoredReadout extends ReadoutFacts, Omit<Readout, "codeSums"> {
  readonly id: ReadoutId;
  readonly tile: TileId;
}

export class Readouts {
  readonly #connection: Connection;
  readonly #calibrations: Calibrations;

  constructor(connection: Connection, calibrations: Calibrations) {
    this.#connection = connection;
    this.#calibrations = calibrations;
  }

  /**
   * @throws RangeError when the readout is not one of the tile's whole region, or its calibration is neither one of this store nor
   * the same for all bit lines.
   */
  add(entry: NewReadout): ReadoutId {
    const { readout, calibration } = entry;
    return this.#connection.transaction(() => {
      assertWhole(readout, this.#regionOf(entry.programming));
      const codeSums = blobOf(readout.codeSums);
      const id = this.#connection.run(insertSql, {
        programming: entry.programming,
        run: entry.run,
        age: entry.requestedAgeSeconds,
        first: readout.firstSampleSeconds,
        last: readout.lastSampleSeconds,
        wall: entry.wallSeconds,
        averages: readout.averages,
        volts: readout.readVolts,
        kelvin: readout.temperatureKelvin,
        ...calibrationColumns(calibration),
        saturated: readout.saturatedCells,
        codeSums,
        crc32: checksum(codeSums),
      });
      return readoutId(id);
    });
  }

  /** The requested ages, rising, at which every tile of the network was read since it was last programmed. */
  completeAges(): number[] {
    return this.#connection.all(ageRow, completeAgesSql).map((row) => row.age);
  }

  /** The latest readout at this requested age of each tile's current programming, in the order of the tiles. */
  atAge(ageSeconds: number): StoredReadout[] {
    const rows = this.#connection.all(factsSchema, atAgeSql, { age: ageSeconds });
    return rows.map(({ converter, measured, ...facts }) => ({
      ...facts,
      calibration:
        measured === null
          ? uniformCalibration(converter, facts.region.column + facts.region.columns)
          : this.#calibrations.converters(measured),
    }));
  }

  /** @throws LabError STORE when the checksum does not fit. */
  codeSums(readout: ReadoutId): Uint16Array {
    const sql = "SELECT code_sums, crc32 FROM readouts WHERE id = @readout";
    const row = this.#connection.first(codesSchema, sql, { readout });
    if (row === undefined) throw new RangeError(`there is no readout ${readout}`);
    assertChecksum(`readout ${readout} in ${this.#connection.path}`, row.crc32, row.code_sums);
    return uint16From(row.code_sums);
  }

  #regionOf(programming: ProgrammingId): Region {
    const sql = "SELECT t.* FROM v_programmings p JOIN tiles t ON t.id = p.tile_id WHERE p.id = @programming";
    const region = this.#connection.first(regionSchema, sql, { programming });
    if (region === undefined) throw new RangeError(`there is no programming ${programming}`);
    return region;
  }
}

const insertSql = `
  INSERT INTO readouts (programming_id, run_id, requested_age, first_sample_chip, last_sample_chip, read_wall,
    averages, read_volts, temperature_kelvin, calibration, calibration_id, siemens_per_code, offset_codes,
    saturated_cells, code_sums, crc32)
  VALUES (@programming, @run, @age, @first, @last, @wall,
    @averages, @volts, @kelvin, @calibration, @calibrationId, @siemensPerCode, @offsetCodes, @saturated, @codeSums,
    @crc32)`;

const completeAgesSql = `
  SELECT o.requested_age AS age
  FROM readouts o JOIN v_current_programmings p ON p.id = o.programming_id
  GROUP BY o.requested_age HAVING count(DISTINCT p.tile_id) = (SELECT count(*) FROM tiles)
  ORDER BY age`;

const atAgeSql = `
  SELECT o.id, o.programming_id, o.run_id, o.requested_age, o.first_sample_chip, o.last_sample_chip, o.read_wall,
    o.averages, o.read_volts, o.temperature_kelvin, o.calibration, o.calibration_id, o.siemens_per_code, o.offset_codes,
    o.saturated_cells, t.id AS tile_id, t.array_index, t.region_row, t.region_column, t.region_rows, t.region_columns
  FROM readouts o JOIN v_current_programmings p ON p.id = o.programming_id JOIN tiles t ON t.id = p.tile_id
  WHERE o.id IN (SELECT max(id) FROM readouts WHERE requested_age = @age GROUP BY programming_id)
  ORDER BY t.id`;

const ageRow = z.object({ age: z.number() });

const codesSchema = z.object({ code_sums: blobColumn, crc32: countColumn });

const factsSchema = z
  .looseObject({
    id: z.number(),
    tile_id: z.number(),
    programming_id: z.number(),
    run_id: z.number(),
    requested_age: z.number(),
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
    (row): UncalibratedReadout => ({
      id: readoutId(row.id),
      tile: tileId(row.tile_id),
      programming: programmingId(row.programming_id),
      run: runId(row.run_id),
      requestedAgeSeconds: row.requested_age,
      wallSeconds: row.read_wall,
      converter: {
        name: row.calibration,
        siemensPerCode: row.siemens_per_code,
        offsetCodes: row.offset_codes,
      },
      measured: row.calibration_id === null ? null : calibrationId(row.calibration_id),
      region: regionSchema.parse(row),
      averages: row.averages,
      readVolts: row.read_volts,
      firstSampleSeconds: row.first_sample_chip,
      lastSampleSeconds: row.last_sample_chip,
      temperatureKelvin: row.temperature_kelvin,
      saturatedCells: row.saturated_cells,
    }),
  );

interface UncalibratedReadout extends Omit<StoredReadout, "calibration"> {
  readonly converter: UniformConverter;
  readonly measured: CalibrationId | null;
}

function calibrationColumns(calibration: NewReadout["calibration"]) {
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

function assertWhole(readout: Readout, region: Region): void {
  if (regionText(readout.region) !== regionText(region)) {
    throw new RangeError(
      `a readout of ${regionText(readout.region)} is not one of the tile at ${regionText(region)}`,
    );
  }
  if (readout.codeSums.length !== cellCount(region)) {
    throw new RangeError(`${readout.codeSums.length} code sums for ${cellCount(region)} devices`);
  }
}
