/** Readouts: raw ADC codes of a region of the chip, a programmed tile above all, with all that turns them into siemens. */

import { z } from "zod";
import { conductances, type Readout } from "../chip/readout.ts";
import { cellCount, type Region, regionText } from "../chip/region.ts";
import { LabError } from "../core/errors.ts";
import { assertChecksum, uint16From } from "./blob.ts";
import type { Calibrations } from "./calibrations.ts";
import type { Connection } from "./connection.ts";
import { blobColumn, countColumn, type ProgrammingId, type ReadoutId, readoutId } from "./identity.ts";
import { regionSchema } from "./placement.ts";
import { codeBands, rowsOfBand } from "./readout-bands.ts";
import {
  factColumns,
  type NewReadout,
  readoutRow,
  readoutsWithTiles,
  type StoredReadout,
  type TileReadout,
  withCalibrations,
} from "./readout-rows.ts";
import {
  afterSql,
  atAgeSql,
  bandOfRowSql,
  bandsSql,
  columnsOf,
  completeAgesSql,
  insertBandSql,
  insertSql,
  referenceSql,
  tracedSql,
} from "./readout-sql.ts";

export type { NewReadout } from "./readout-rows.ts";

/** One device in one readout. */
export interface TracePoint {
  readonly readout: StoredReadout;
  readonly codeSum: number;
  readonly siemens: number;
  /** Chip time of the conversion of this device. */
  readonly sampleSeconds: number;
}

export class Readouts {
  readonly #connection: Connection;
  readonly #calibrations: Calibrations;

  constructor(connection: Connection, calibrations: Calibrations) {
    this.#connection = connection;
    this.#calibrations = calibrations;
  }

  /**
   * Stores a readout in one transaction.
   * @throws RangeError when it leaves cells out, is not one of the whole region of the programmed tile, or its calibration is neither
   * one of this store nor the same for all bit lines.
   */
  add(entry: NewReadout): ReadoutId {
    const { readout } = entry;
    assertWhole(readout);
    const bands = codeBands(readout.codeSums, readout.region.columns);
    return this.#connection.transaction(() => {
      if (entry.programming !== null) assertSame(readout.region, this.#regionOf(entry.programming));
      const id = this.#connection.run(insertSql, columnsOf(entry));
      for (const band of bands) this.#connection.run(insertBandSql, { id, ...band });
      return readoutId(id);
    });
  }

  /** The requested ages, rising, at which every tile of the network was read since it was last programmed. */
  completeAges(): number[] {
    return this.#connection.all(ageRow, completeAgesSql).map((row) => row.age);
  }

  /** The latest readout at this requested age of each tile's current programming, in the order of the tiles. */
  atAge(ageSeconds: number): TileReadout[] {
    return this.#select(atAgeSql, { age: ageSeconds }).filter(isOfTile);
  }

  /** The reference of drift compensation, in the order of the tiles: what late verifications leave of a loss, compensation takes back. */
  reference(): TileReadout[] {
    return this.#select(referenceSql).filter(isOfTile);
  }

  /** All readouts, oldest first. */
  list(): StoredReadout[] {
    return this.#select(`SELECT ${factColumns} FROM ${readoutsWithTiles} ORDER BY o.id`);
  }

  /** The first `most` that were stored after this one, oldest first; from the very first on without it. */
  after(readout: ReadoutId | undefined, most: number): StoredReadout[] {
    return this.#select(afterSql, { id: readout ?? 0, most });
  }

  /** The readouts of one programming of a tile, oldest first. */
  ofProgramming(programming: ProgrammingId): StoredReadout[] {
    const sql = `SELECT ${factColumns} FROM ${readoutsWithTiles} WHERE o.programming_id = @programming ORDER BY o.id`;
    return this.#select(sql, { programming });
  }

  find(readout: ReadoutId): StoredReadout | undefined {
    return this.#select(`SELECT ${factColumns} FROM ${readoutsWithTiles} WHERE o.id = @readout`, {
      readout,
    })[0];
  }

  /** Of the whole region, row by row. @throws LabError STORE when a checksum does not fit or a part is missing. */
  codeSums(readout: ReadoutId): Uint16Array {
    const region = this.#connection.first(regionSchema, "SELECT * FROM readouts WHERE id = @readout", {
      readout,
    });
    if (region === undefined) throw new RangeError(`there is no readout ${readout}`);
    const sums = new Uint16Array(cellCount(region));
    let rows = 0;
    for (const band of this.#connection.all(bandRow, bandsSql, { readout })) {
      const bytes = this.#checked(readout, region, band);
      if (band.first_row !== rows) break;
      sums.set(uint16From(bytes), rows * region.columns);
      rows += band.rows;
    }
    if (rows !== region.rows) throw this.#incomplete(readout, rows);
    return sums;
  }

  /**
   * One device in every readout that has it, oldest first.
   * @throws LabError STORE when the checksum of a band that holds it does not fit.
   */
  trace(array: number, row: number, column: number): TracePoint[] {
    return this.#select(tracedSql, { array, row, column }).map((readout) => ({
      readout,
      ...this.#point(readout, row - readout.region.row, column - readout.region.column),
    }));
  }

  /** @param row counted from the first of the region, like `column`. */
  #point({ id, ...readout }: StoredReadout, row: number, column: number): Omit<TracePoint, "readout"> {
    const { region, averages, calibration, firstSampleSeconds, lastSampleSeconds } = readout;
    const most = Math.floor(row / rowsOfBand(region.columns));
    const band = this.#connection.first(bandRow, bandOfRowSql, { readout: id, most });
    if (band === undefined || row >= band.first_row + band.rows) throw this.#incomplete(id, row);
    const at = 2 * ((row - band.first_row) * region.columns + column);
    const [codeSum = 0] = uint16From(this.#checked(id, region, band).subarray(at, at + 2));
    const place = { rows: 1, columns: 1, column: region.column + column };
    const share = (row * region.columns + column) / Math.max(1, cellCount(region) - 1);
    return {
      codeSum,
      siemens: conductances(Uint16Array.of(codeSum), averages, calibration, place)[0] ?? 0,
      sampleSeconds: firstSampleSeconds + share * (lastSampleSeconds - firstSampleSeconds),
    };
  }

  #checked(readout: ReadoutId, { columns }: Region, band: z.infer<typeof bandRow>): Uint8Array {
    const what = `readout ${readout} in ${this.#connection.path}`;
    assertChecksum(what, band.crc32, band.code_sums);
    if (band.code_sums.length !== 2 * band.rows * columns) throw this.#incomplete(readout, band.first_row);
    return band.code_sums;
  }

  #incomplete(readout: ReadoutId, row: number): LabError {
    const what = `readout ${readout} in ${this.#connection.path}`;
    return new LabError("STORE", `${what} is damaged: its codes from row ${row} on are missing`, {
      next: "restore the store from a copy, or read the chip again",
    });
  }

  #select(sql: string, parameters: Readonly<Record<string, number>> = {}): StoredReadout[] {
    return withCalibrations(this.#connection.all(readoutRow, sql, parameters), this.#calibrations);
  }

  #regionOf(programming: ProgrammingId): Region {
    const sql = "SELECT t.* FROM v_programmings p JOIN tiles t ON t.id = p.tile_id WHERE p.id = @programming";
    const region = this.#connection.first(regionSchema, sql, { programming });
    if (region === undefined) throw new RangeError(`there is no programming ${programming}`);
    return region;
  }
}

const ageRow = z.object({ age: z.number() });

const bandRow = z.object({
  first_row: countColumn,
  rows: countColumn,
  code_sums: blobColumn,
  crc32: countColumn,
});

const isOfTile = (readout: StoredReadout): readout is TileReadout =>
  readout.programming !== null && readout.tile !== null && readout.requestedAgeSeconds !== null;

function assertSame(region: Region, tile: Region): void {
  if (regionText(region) === regionText(tile)) return;
  throw new RangeError(`a readout of ${regionText(region)} is not one of the tile at ${regionText(tile)}`);
}

function assertWhole({ codeSums, region, mask }: Readout): void {
  if (codeSums.length !== cellCount(region))
    throw new RangeError(`${codeSums.length} code sums for ${cellCount(region)} devices`);
  if (mask?.includes(0)) throw new RangeError("a readout that leaves cells out cannot be stored");
}
