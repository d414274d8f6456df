/** Schema 9: readouts of any region of the chip, with their code sums in bands of rows, so that one device is found without reading all. */

import { z } from "zod";
import { LabError } from "../../core/errors.ts";
import { checksum, uint16From } from "../blob.ts";
import type { Connection } from "../connection.ts";
import { blobColumn, countColumn, valueRow } from "../identity.ts";
import { type CodeBand, codeBands } from "../readout-bands.ts";

const newTables = `
-- One row for every time that a region of the chip was read: what turns the raw ADC codes into siemens. The codes are in readout_bands.
CREATE TABLE new_readouts (
  id              INTEGER PRIMARY KEY,
  programming_id  INTEGER REFERENCES programmings(id), -- of the tile that was read; null for any other region
  run_id          INTEGER NOT NULL REFERENCES runs(id),
  chip_id         INTEGER REFERENCES chips(id), -- the chip that the run spoke to, null when that is not known
  array_index     INTEGER NOT NULL CHECK (array_index >= 0),  -- into the descriptor's arrays
  region_row      INTEGER NOT NULL CHECK (region_row >= 0),   -- first word line
  region_column   INTEGER NOT NULL CHECK (region_column >= 0), -- first bit line
  region_rows     INTEGER NOT NULL CHECK (region_rows > 0),
  region_columns  INTEGER NOT NULL CHECK (region_columns > 0),
  requested_age   REAL,                      -- seconds since the end of programming that were asked for; null when none were
  boot_id         INTEGER,                   -- of the power-up that the chip seconds count from, null when not known
  first_sample_chip REAL NOT NULL,           -- chip seconds of the first conversion
  last_sample_chip  REAL NOT NULL CHECK (last_sample_chip >= first_sample_chip), -- chip seconds of the last conversion
  read_wall       REAL NOT NULL,             -- seconds since 1970-01-01 UTC on the host
  averages        INTEGER NOT NULL CHECK (averages > 0), -- conversions added up for each device
  read_volts      REAL NOT NULL,
  temperature_kelvin REAL NOT NULL,
  calibration     TEXT NOT NULL,             -- name of the converter calibration
  calibration_id  INTEGER REFERENCES calibrations(id), -- says what each bit line means; null for one model for all of them
  siemens_per_code REAL NOT NULL CHECK (siemens_per_code > 0), -- G = (sum / averages - offset_codes) * siemens_per_code; of bit line 0 where calibration_id is not null
  offset_codes    REAL NOT NULL,             -- likewise
  saturated_cells INTEGER NOT NULL           -- devices with a conversion at the largest code
) STRICT;

-- The code sums of a readout in bands of whole rows, at most 32 KiB each unless one row is more. A readout that was damaged when it was
-- brought to this schema is one band, with the checksum that it never had.
CREATE TABLE readout_bands (
  readout_id      INTEGER NOT NULL REFERENCES readouts(id),
  band            INTEGER NOT NULL CHECK (band >= 0),      -- from the first row on
  first_row       INTEGER NOT NULL CHECK (first_row >= 0), -- counted from the first row of the region
  rows            INTEGER NOT NULL CHECK (rows > 0),
  crc32           INTEGER NOT NULL,          -- CRC-32 of code_sums
  code_sums       BLOB NOT NULL,             -- uint16, little-endian: sum of the ADC codes of each device of the band, row by row
  PRIMARY KEY (readout_id, band)
) STRICT;

INSERT INTO new_readouts
  SELECT o.id, o.programming_id, o.run_id, r.chip_id,
    t.array_index, t.region_row, t.region_column, t.region_rows, t.region_columns,
    o.requested_age, NULL, o.first_sample_chip, o.last_sample_chip, o.read_wall, o.averages, o.read_volts,
    o.temperature_kelvin, o.calibration, o.calibration_id, o.siemens_per_code, o.offset_codes, o.saturated_cells
  FROM readouts o JOIN runs r ON r.id = o.run_id JOIN v_programmings p ON p.id = o.programming_id
    JOIN tiles t ON t.id = p.tile_id;
`;

const newNames = `
DROP VIEW v_readouts;
DROP TABLE readouts;
ALTER TABLE new_readouts RENAME TO readouts;
CREATE INDEX readouts_by_programming ON readouts (programming_id, requested_age, id);

-- For people: when each region was read, newest last.
CREATE VIEW v_readouts AS
  SELECT o.id, l.name AS layer, t.id AS tile, o.array_index, o.region_row, o.region_column, o.region_rows, o.region_columns,
    o.requested_age AS requested_age_seconds,
    round(o.first_sample_chip - p.ended_chip, 3) AS actual_age_seconds, -- where the board kept its power
    round(o.last_sample_chip - o.first_sample_chip, 6) AS duration_seconds,
    o.region_rows * o.region_columns AS devices, o.averages, o.read_volts,
    round(o.temperature_kelvin, 2) AS temperature_kelvin, o.saturated_cells, o.calibration,
    datetime(o.read_wall, 'unixepoch') AS read_utc
  FROM readouts o LEFT JOIN v_programmings p ON p.id = o.programming_id LEFT JOIN tiles t ON t.id = p.tile_id
    LEFT JOIN layers l ON l.network_id = t.network_id AND l.layer_index = t.layer_index
  ORDER BY o.id;
`;

/** In this order; SQLite's way to change a table (sqlite.org/lang_altertable.html, section 7). */
export const readoutBands = [newTables, cutIntoBands, newNames] as const;

const idRow = z.object({ id: z.number() });

const oldRow = z.object({
  rows: countColumn,
  columns: countColumn,
  code_sums: blobColumn,
  crc32: countColumn,
});

/** One readout at a time, since a store may be larger than the memory. */
function cutIntoBands(connection: Connection): void {
  assertAllThere(connection);
  for (const { id } of connection.all(idRow, "SELECT id FROM readouts ORDER BY id")) {
    const old = connection.first(oldRow, oldSql, { id });
    if (old === undefined) continue;
    for (const { firstRow, rows, codeSums, crc32, band } of bandsOf(old))
      connection.run(insertSql, { id, band, firstRow, rows, codeSums, crc32 });
  }
}

/** A readout whose programming is not there can only be in a damaged file, and is not left behind in silence. */
function assertAllThere(connection: Connection): void {
  const sql = "SELECT count(*) AS value FROM readouts WHERE id NOT IN (SELECT id FROM new_readouts)";
  const lost = connection.first(valueRow, sql)?.value ?? 0;
  if (lost === 0) return;
  throw new LabError("STORE", `${connection.path} is damaged: ${lost} of its readouts belong to no tile`, {
    next: "restore it from a copy; nothing was changed",
  });
}

/** What was damaged stays so: its bytes and the checksum that they do not have are kept as they are. */
function bandsOf({ rows, columns, code_sums: codeSums, crc32 }: z.infer<typeof oldRow>): CodeBand[] {
  const whole = codeSums.length === 2 * rows * columns && checksum(codeSums) === crc32;
  if (whole) return codeBands(uint16From(codeSums), columns);
  return [{ band: 0, firstRow: 0, rows, codeSums, crc32 }];
}

const oldSql = `
  SELECT n.region_rows AS rows, n.region_columns AS columns, o.code_sums, o.crc32
  FROM readouts o JOIN new_readouts n ON n.id = o.id WHERE o.id = @id`;

const insertSql = `
  INSERT INTO readout_bands (readout_id, band, first_row, rows, code_sums, crc32)
  VALUES (@id, @band, @firstRow, @rows, @codeSums, @crc32)`;
