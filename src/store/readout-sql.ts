/** What is asked of the tables of readouts. */

import { calibrationColumns, factColumns, type NewReadout, readoutsWithTiles } from "./readout-rows.ts";

export const columnsOf = ({ readout, ...entry }: NewReadout) => ({
  programming: entry.programming,
  run: entry.run,
  array: readout.region.array,
  row: readout.region.row,
  column: readout.region.column,
  rows: readout.region.rows,
  columns: readout.region.columns,
  age: entry.requestedAgeSeconds,
  boot: entry.bootId ?? null,
  first: readout.firstSampleSeconds,
  last: readout.lastSampleSeconds,
  wall: entry.wallSeconds,
  averages: readout.averages,
  volts: readout.readVolts,
  kelvin: readout.temperatureKelvin,
  ...calibrationColumns(entry.calibration),
  saturated: readout.saturatedCells,
});

export const insertSql = `
  INSERT INTO readouts (programming_id, run_id, chip_id, array_index, region_row, region_column, region_rows,
    region_columns, requested_age, boot_id, first_sample_chip, last_sample_chip, read_wall, averages, read_volts,
    temperature_kelvin, calibration, calibration_id, siemens_per_code, offset_codes, saturated_cells)
  VALUES (@programming, @run, (SELECT chip_id FROM runs WHERE id = @run), @array, @row, @column, @rows, @columns,
    @age, @boot, @first, @last, @wall, @averages, @volts, @kelvin, @calibration, @calibrationId, @siemensPerCode,
    @offsetCodes, @saturated)`;

export const insertBandSql = `
  INSERT INTO readout_bands (readout_id, band, first_row, rows, code_sums, crc32)
  VALUES (@id, @band, @firstRow, @rows, @codeSums, @crc32)`;

export const completeAgesSql = `
  SELECT o.requested_age AS age
  FROM readouts o JOIN v_current_programmings p ON p.id = o.programming_id
  WHERE o.requested_age IS NOT NULL
  GROUP BY o.requested_age HAVING count(DISTINCT p.tile_id) = (SELECT count(*) FROM tiles)
  ORDER BY age`;

export const atAgeSql = `
  SELECT ${factColumns}
  FROM readouts o JOIN v_current_programmings s ON s.id = o.programming_id
  WHERE o.id IN (SELECT max(id) FROM readouts WHERE requested_age = @age GROUP BY programming_id)
  ORDER BY s.tile_id`;

/** Of each tile, the readout right after the programming that late verifications followed, or after the current one where none did. */
export const referenceSql = `
  SELECT ${factColumns}
  FROM readouts o JOIN programmings p ON p.id = o.programming_id JOIN programming_starts s ON s.id = p.start_id
  WHERE o.id IN (
    SELECT max(r.id) FROM readouts r WHERE r.requested_age = 0 AND r.programming_id IN (
      SELECT max(q.id) FROM v_programmings q
        JOIN v_current_programmings c ON c.tile_id = q.tile_id AND q.id <= c.id
      WHERE q.complete = 1 AND json_extract(q.parameters, '$.verifiedAtSeconds') IS NULL GROUP BY q.tile_id)
    GROUP BY r.programming_id)
  ORDER BY s.tile_id`;

export const afterSql = `SELECT ${factColumns} FROM ${readoutsWithTiles} WHERE o.id > @id ORDER BY o.id LIMIT @most`;

export const tracedSql = `
  SELECT ${factColumns} FROM ${readoutsWithTiles}
  WHERE o.array_index = @array AND @row >= o.region_row AND @row < o.region_row + o.region_rows
    AND @column >= o.region_column AND @column < o.region_column + o.region_columns
  ORDER BY o.id`;

export const bandsSql = "SELECT * FROM readout_bands WHERE readout_id = @readout ORDER BY band";

/** Where all bands of the readout are there, the one with that number, or the only one of a readout that was damaged long ago. */
export const bandOfRowSql = `
  SELECT * FROM readout_bands WHERE readout_id = @readout AND band <= @most ORDER BY band DESC LIMIT 1`;
