/** Schema 2: measured calibrations of the converters, and which of them a readout was derived with. */

export const calibrations = `
-- One row for every time that the converters were measured against the reference resistors of the chip.
-- The converter of bit line c is the same in every array; BLOBs by column hold one element for each bit line, little-endian.
CREATE TABLE calibrations (
  id              INTEGER PRIMARY KEY,
  chip_id         INTEGER NOT NULL REFERENCES chips(id), -- the chip (its serial number) and the firmware that was measured
  run_id          INTEGER NOT NULL REFERENCES runs(id),
  tool_version    TEXT NOT NULL,             -- version of pcmlab that fitted it
  measured_wall   REAL NOT NULL,             -- seconds since 1970-01-01 UTC on the host
  valid_until_wall REAL NOT NULL CHECK (valid_until_wall >= measured_wall), -- as above; later it is refused
  first_sample_chip REAL NOT NULL,           -- chip seconds of the first conversion
  last_sample_chip  REAL NOT NULL CHECK (last_sample_chip >= first_sample_chip), -- chip seconds of the last conversion
  temperature_kelvin REAL NOT NULL,
  parameters      TEXT NOT NULL,             -- JSON object: repeats, averages, voltages, tolerances
  column_count    INTEGER NOT NULL CHECK (column_count > 0),
  failed_columns  INTEGER NOT NULL CHECK (failed_columns BETWEEN 0 AND column_count),
  states          BLOB NOT NULL,             -- uint8 by column, the success mask: 0 success; docs: calibration/converter/column-state.ts
  siemens_per_code BLOB NOT NULL,            -- float64 by column: G = (sum / averages - offset_codes) * siemens_per_code
  offset_codes    BLOB NOT NULL,             -- float64 by column
  gain_errors     BLOB NOT NULL,             -- float64 by column: standard error of the gain, relative; NaN when not known
  offset_error_codes BLOB NOT NULL,          -- float64 by column: standard error of the offset; NaN when not known
  residual_codes  BLOB NOT NULL,             -- float64 by column, linearity: largest distance of a reference from the line
  noise_codes     BLOB NOT NULL,             -- float64 by column, noise floor: rms of one conversion; NaN when not known
  voltages        TEXT NOT NULL,             -- JSON object: other read voltages and how far they agree
  dac             TEXT,                      -- JSON object: gain, nonlinearity and faults of the DAC; null when not measured
  dac_amperes     BLOB,                      -- float32: measured current of the DAC codes 0, 1, 2, ...; null when not measured
  readings        TEXT NOT NULL,             -- JSON object: regions, voltages and averages of the raw readings, in order
  code_sums       BLOB NOT NULL,             -- uint16: the raw sums of all readings, one after the other
  crc32           INTEGER NOT NULL           -- CRC-32 of the BLOBs above, one after the other, dac_amperes before code_sums
) STRICT;

-- Null for a readout that knows one model for all its bit lines, in siemens_per_code and offset_codes. Where it is not null the
-- calibration says what each bit line means, and these two columns only repeat what it says of bit line 0.
ALTER TABLE readouts ADD COLUMN calibration_id INTEGER REFERENCES calibrations(id);

-- For people: what was measured when, newest last.
CREATE VIEW v_calibrations AS
  SELECT k.id, c.serial_number, c.firmware, k.column_count, k.failed_columns,
    round(k.temperature_kelvin, 2) AS temperature_kelvin, datetime(k.measured_wall, 'unixepoch') AS measured_utc,
    datetime(k.valid_until_wall, 'unixepoch') AS valid_until_utc, k.tool_version
  FROM calibrations k JOIN chips c ON c.id = k.chip_id ORDER BY k.id;
`;
