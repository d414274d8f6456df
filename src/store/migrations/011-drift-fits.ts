/** Schema 11: fits of drift, by device and by level. */

export const driftFits = `
-- One time that the drift of devices was fitted.
CREATE TABLE drift_analyses (
  id              INTEGER PRIMARY KEY,
  run_id          INTEGER NOT NULL REFERENCES runs(id),
  fitted_wall     REAL NOT NULL,             -- seconds since 1970-01-01 UTC on the host
  reference_age   REAL NOT NULL CHECK (reference_age > 0), -- seconds since the last pulse: the age that conductances are given for
  from_age        REAL NOT NULL,             -- seconds: readouts of a younger age are left out
  parameters      TEXT NOT NULL              -- JSON object: law asked for, shape of the 1/f noise, calibration
) STRICT;

-- What the devices of one target say together. Means and spreads are over the sound ones, drift_fits.marks says which those are.
CREATE TABLE drift_levels (
  analysis_id     INTEGER NOT NULL REFERENCES drift_analyses(id),
  level           INTEGER NOT NULL CHECK (level >= 0), -- number, by rising conductance
  programmed      INTEGER NOT NULL CHECK (programmed IN (0, 1)), -- 0 for devices that nobody programmed
  target_siemens  REAL NOT NULL,             -- target; of devices that nobody programmed, the conductance that they are grouped by
  model           TEXT NOT NULL CHECK (model IN ('power', 'floor', 'two')), -- law of its devices: docs in calibration/drift/models.ts
  break_age       REAL,                      -- seconds: where the exponent of 'two' changes; null for other laws
  devices         INTEGER NOT NULL,
  fitted          INTEGER NOT NULL,          -- sound ones
  nu_mean         REAL,                      -- mean exponent; null without sound devices, like what follows
  nu_mean_half_width REAL,                   -- half of its 95 % interval
  nu_spread       REAL,                      -- standard deviation from device to device, without what noise adds
  nu_error        REAL,                      -- rms standard error of the exponent of one device
  siemens_mean    REAL,                      -- at the reference age
  siemens_spread  REAL,                      -- standard deviation over the devices
  noise           REAL,                      -- rms of readings around their fits, relative to the conductance
  third_mean      REAL,                      -- mean of third (see drift_fits), null for a power law
  outlier_readings INTEGER NOT NULL,         -- readings that belong to no fit
  marked          TEXT NOT NULL,             -- JSON object: devices by mark
  comparison      TEXT,                      -- JSON object: information criteria of the laws; null where they were not compared
  fan             TEXT NOT NULL,             -- JSON object: "points", by age (s) quantiles of G / G at the reference age of the device's fit
  PRIMARY KEY (analysis_id, level)
) STRICT;

-- The fits of all devices of a region. BLOBs hold one element for each device, row by row, little-endian; NaN where a device has no fit.
CREATE TABLE drift_fits (
  id              INTEGER PRIMARY KEY,
  analysis_id     INTEGER NOT NULL REFERENCES drift_analyses(id),
  programming_id  INTEGER REFERENCES programmings(id), -- of a tile; null for devices that nobody programmed
  array_index     INTEGER NOT NULL,
  region_row      INTEGER NOT NULL,
  region_column   INTEGER NOT NULL,
  region_rows     INTEGER NOT NULL CHECK (region_rows > 0),
  region_columns  INTEGER NOT NULL CHECK (region_columns > 0),
  reads           INTEGER NOT NULL CHECK (reads >= 3), -- ages that went into the fits
  first_age       REAL NOT NULL,             -- seconds
  last_age        REAL NOT NULL,             -- seconds
  readouts        TEXT NOT NULL,             -- JSON array: ids of the readouts, by age
  levels          BLOB NOT NULL,             -- uint8: drift_levels.level; 255 for devices that belong to a tile and are left out here
  models          BLOB NOT NULL,             -- uint8: 0 power, 1 floor, 2 two
  nu              BLOB NOT NULL,             -- float32: exponent; at the reference age for 'floor', before the break for 'two'
  nu_error        BLOB NOT NULL,             -- float32: its standard error
  siemens         BLOB NOT NULL,             -- float32: conductance at the reference age
  siemens_error   BLOB NOT NULL,             -- float32: its standard error
  third           BLOB,                      -- float32: share that does not drift ('floor'), exponent after the break ('two'); null if all power laws
  third_error     BLOB,                      -- float32: its standard error
  interval_factor BLOB NOT NULL,             -- float32: half width of a 95 % interval over the standard error
  noise           BLOB NOT NULL,             -- float32: standard deviation of a reading around the fit, relative to the conductance
  readings        BLOB NOT NULL,             -- uint16: readings that count
  outlier_readings BLOB NOT NULL,            -- uint16: measured readings that do not belong
  marks           BLOB NOT NULL,             -- uint8, bits: 1 outlier, 2 stuck, 4 saturated, 8 dead, 16 censored, 32 unfitted
  crc32           INTEGER NOT NULL           -- CRC-32 of the BLOBs, one after the other
) STRICT;
CREATE INDEX drift_fits_by_analysis ON drift_fits (analysis_id);

-- For people: the levels of the newest fit.
CREATE VIEW v_drift_levels AS
  SELECT l.level, l.programmed, round(l.target_siemens * 1e6, 3) AS target_uS, l.model, l.devices, l.fitted,
    round(l.nu_mean, 5) AS nu_mean, round(l.nu_mean_half_width, 5) AS nu_mean_half_width,
    round(l.nu_spread, 5) AS nu_spread, round(l.siemens_mean * 1e6, 3) AS mean_uS,
    round(l.noise * 100, 2) AS noise_percent, l.marked
  FROM drift_levels l WHERE l.analysis_id = (SELECT max(id) FROM drift_analyses) ORDER BY l.level;
`;
