/** Schema 1: runs, one chip, one network and its places on it, programmings, readouts, results, events, and views for people. */

export const firstLight = `
-- One row for every invocation of pcmlab that wrote to this store.
CREATE TABLE runs (
  id              INTEGER PRIMARY KEY,
  command         TEXT NOT NULL,             -- program, read, infer, demo, ...
  command_line    TEXT NOT NULL,             -- JSON array of the arguments as given
  tool_version    TEXT NOT NULL,             -- version of pcmlab
  git_commit      TEXT,                      -- commit of pcmlab, null when not known
  host            TEXT NOT NULL,             -- JSON object: operating system, Node version, processor, ...
  seed            INTEGER,                   -- seed of every random draw of the host, null when it draws none
  config          TEXT NOT NULL,             -- JSON object: the settings in force, defaults included
  chip_id         INTEGER REFERENCES chips(id), -- the chip that this run spoke to, null when none
  started_wall    REAL NOT NULL,             -- seconds since 1970-01-01 UTC
  ended_wall      REAL,                      -- null while it runs, and for ever when it was killed
  outcome         TEXT CHECK (outcome IN ('completed', 'failed', 'interrupted')), -- null as above
  message         TEXT                       -- why it failed
) STRICT;

-- A chip as it described itself. Another firmware on the same chip makes another row.
CREATE TABLE chips (
  id              INTEGER PRIMARY KEY,
  manufacturer    TEXT NOT NULL,
  model           TEXT NOT NULL,
  serial_number   TEXT NOT NULL,
  firmware        TEXT NOT NULL,
  emulated        INTEGER NOT NULL CHECK (emulated IN (0, 1)),
  descriptor      TEXT NOT NULL,             -- JSON object: the whole descriptor
  UNIQUE (manufacturer, model, serial_number, descriptor)
) STRICT;

-- The network that is programmed, and how its weights became conductances.
CREATE TABLE networks (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL,
  sha256          TEXT NOT NULL,             -- of the ONNX bytes, hexadecimal
  onnx            BLOB NOT NULL,             -- the ONNX file itself
  gmax_siemens    REAL NOT NULL CHECK (gmax_siemens > 0), -- conductance of the largest weight
  options         TEXT NOT NULL              -- JSON object: the options of the mapping
) STRICT;

-- The analog layers. A weight w has the targets G+ = beta max(w, 0) and G- = beta max(-w, 0).
CREATE TABLE layers (
  network_id      INTEGER NOT NULL REFERENCES networks(id),
  layer_index     INTEGER NOT NULL CHECK (layer_index >= 0), -- order of execution, from 0
  name            TEXT NOT NULL,             -- name of the node in the ONNX file
  kind            TEXT NOT NULL,             -- conv, gemm, ...
  rows            INTEGER NOT NULL CHECK (rows > 0),    -- inputs of the weight matrix, a bias row included
  columns         INTEGER NOT NULL CHECK (columns > 0), -- outputs of the weight matrix
  beta            REAL NOT NULL,             -- siemens for one unit of weight
  has_bias_row    INTEGER NOT NULL CHECK (has_bias_row IN (0, 1)), -- whether the last row holds biases
  PRIMARY KEY (network_id, layer_index)
) STRICT;

-- Rectangles of a layer's weight matrix, each on one region of the chip.
CREATE TABLE tiles (
  id              INTEGER PRIMARY KEY,
  network_id      INTEGER NOT NULL,
  layer_index     INTEGER NOT NULL,
  first_row       INTEGER NOT NULL CHECK (first_row >= 0),    -- in the weight matrix
  first_column    INTEGER NOT NULL CHECK (first_column >= 0), -- in the weight matrix
  rows            INTEGER NOT NULL CHECK (rows > 0),          -- of the weight matrix
  columns         INTEGER NOT NULL CHECK (columns > 0),       -- of the weight matrix
  array_index     INTEGER NOT NULL CHECK (array_index >= 0),  -- into the descriptor's arrays
  region_row      INTEGER NOT NULL CHECK (region_row >= 0),   -- first word line
  region_column   INTEGER NOT NULL CHECK (region_column >= 0), -- first bit line
  region_rows     INTEGER NOT NULL CHECK (region_rows > 0),
  region_columns  INTEGER NOT NULL CHECK (region_columns > 0),
  FOREIGN KEY (network_id, layer_index) REFERENCES layers(network_id, layer_index)
) STRICT;

-- One row for every time that programming of a tile began, committed before its first pulse: from then on the devices are
-- no longer what an earlier programming left. A tile is programmed when its latest start has a complete programming.
CREATE TABLE programming_starts (
  id              INTEGER PRIMARY KEY,
  tile_id         INTEGER NOT NULL REFERENCES tiles(id),
  run_id          INTEGER NOT NULL REFERENCES runs(id),
  started_wall    REAL NOT NULL              -- seconds since 1970-01-01 UTC on the host
) STRICT;
CREATE INDEX programming_starts_by_tile ON programming_starts (tile_id, id);

-- What became of a start; none when the host was killed before it could say.
-- The BLOBs hold one element for each device of the tile's region, row by row, little-endian.
CREATE TABLE programmings (
  id              INTEGER PRIMARY KEY,
  start_id        INTEGER NOT NULL UNIQUE REFERENCES programming_starts(id),
  complete        INTEGER NOT NULL CHECK (complete IN (0, 1)), -- 0 when it was stopped or failed before its end
  algorithm       TEXT NOT NULL,             -- name of the algorithm
  parameters      TEXT NOT NULL,             -- JSON object: its parameters
  started_chip    REAL NOT NULL,             -- chip seconds before the first pulse
  ended_chip      REAL NOT NULL CHECK (ended_chip >= started_chip), -- chip seconds after the last acknowledged pulse: age 0
  boot_note       TEXT,                      -- what is known of the power-up that the chip seconds count from
  converged       INTEGER NOT NULL,          -- devices by outcome; docs: src/chip/outcome.ts
  exhausted       INTEGER NOT NULL,
  stuck_low       INTEGER NOT NULL,
  stuck_high      INTEGER NOT NULL,
  skipped         INTEGER NOT NULL,
  unknown         INTEGER NOT NULL,
  pulse_count     INTEGER NOT NULL,          -- pulses of all devices together, those that may have been applied included
  target_siemens  BLOB NOT NULL,             -- float32
  outcomes        BLOB NOT NULL,             -- uint8: 0 converged, 1 exhausted, 2 stuck-low, 3 stuck-high, 4 skipped, 5 unknown
  iterations      BLOB NOT NULL,             -- uint8: iterations of program-and-verify
  pulses          BLOB NOT NULL,             -- uint16
  crc32           INTEGER NOT NULL           -- CRC-32 of the four BLOBs above, one after the other
) STRICT;

-- One row for every time that a tile was read: raw ADC codes and what turns them into siemens.
CREATE TABLE readouts (
  id              INTEGER PRIMARY KEY,
  programming_id  INTEGER NOT NULL REFERENCES programmings(id),
  run_id          INTEGER NOT NULL REFERENCES runs(id),
  requested_age   REAL NOT NULL,             -- seconds since the end of programming that were asked for
  first_sample_chip REAL NOT NULL,           -- chip seconds of the first conversion
  last_sample_chip  REAL NOT NULL CHECK (last_sample_chip >= first_sample_chip), -- chip seconds of the last conversion
  read_wall       REAL NOT NULL,             -- seconds since 1970-01-01 UTC on the host
  averages        INTEGER NOT NULL CHECK (averages > 0), -- conversions added up for each device
  read_volts      REAL NOT NULL,
  temperature_kelvin REAL NOT NULL,
  calibration     TEXT NOT NULL,             -- name of the converter calibration
  siemens_per_code REAL NOT NULL CHECK (siemens_per_code > 0), -- G = (sum / averages - offset_codes) * siemens_per_code
  offset_codes    REAL NOT NULL,
  saturated_cells INTEGER NOT NULL,          -- devices with a conversion at the largest code
  code_sums       BLOB NOT NULL,             -- uint16, little-endian: sum of the ADC codes of each device of the region, row by row
  crc32           INTEGER NOT NULL           -- CRC-32 of code_sums
) STRICT;
CREATE INDEX readouts_by_programming ON readouts (programming_id, requested_age, id);

-- One row for every accuracy that was measured.
CREATE TABLE results (
  id              INTEGER PRIMARY KEY,
  run_id          INTEGER NOT NULL REFERENCES runs(id),
  age             REAL,                      -- requested age of the readouts in seconds, null for the digital baseline
  compensation    TEXT NOT NULL,             -- digital, none, gdc, adabs, ...
  images          INTEGER NOT NULL CHECK (images > 0),
  correct         INTEGER NOT NULL CHECK (correct BETWEEN 0 AND images),
  accuracy_low    REAL NOT NULL,             -- 95 % interval of the accuracy, as a fraction
  accuracy_high   REAL NOT NULL,
  predictions     BLOB,                      -- uint16, little-endian: class of each image in order; null when not kept
  details         TEXT NOT NULL              -- JSON object: hashes of image and calibration files, augmentation, seeds
) STRICT;

-- The raw readings that a result came from.
CREATE TABLE result_readouts (
  result_id       INTEGER NOT NULL REFERENCES results(id),
  readout_id      INTEGER NOT NULL REFERENCES readouts(id),
  PRIMARY KEY (result_id, readout_id)
) STRICT, WITHOUT ROWID;

-- What happened, in words.
CREATE TABLE events (
  id              INTEGER PRIMARY KEY,
  run_id          INTEGER REFERENCES runs(id),
  wall            REAL NOT NULL,             -- seconds since 1970-01-01 UTC
  level           TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  text            TEXT NOT NULL
) STRICT;

-- Programmings with the tile and the run that they belong to.
CREATE VIEW v_programmings AS
  SELECT p.*, s.tile_id, s.run_id, s.started_wall
  FROM programmings p JOIN programming_starts s ON s.id = p.start_id;

-- The programming of each tile whose latest start was completed.
CREATE VIEW v_current_programmings AS
  SELECT * FROM v_programmings
  WHERE complete = 1 AND start_id IN (SELECT max(id) FROM programming_starts GROUP BY tile_id);

-- The tiles whose latest start was not completed: their devices are in an unknown state.
CREATE VIEW v_unfinished_tiles AS
  SELECT s.tile_id, s.run_id, s.started_wall
  FROM programming_starts s LEFT JOIN programmings p ON p.start_id = s.id
  WHERE s.id IN (SELECT max(id) FROM programming_starts GROUP BY tile_id) AND coalesce(p.complete, 0) = 0;

-- For people: accuracy in per cent by age and compensation, newest last.
CREATE VIEW v_accuracy AS
  SELECT r.id, r.age AS age_seconds, r.compensation, r.images, r.correct,
    round(100.0 * r.correct / r.images, 3) AS accuracy_percent,
    round(100 * r.accuracy_low, 3) AS low_percent, round(100 * r.accuracy_high, 3) AS high_percent,
    datetime(u.started_wall, 'unixepoch') AS measured_utc
  FROM results r JOIN runs u ON u.id = r.run_id ORDER BY r.id;

-- For people: devices by outcome for each layer, as programmed last.
CREATE VIEW v_yield AS
  SELECT l.layer_index, l.name,
    sum(p.converged) AS converged, sum(p.exhausted) AS exhausted, sum(p.stuck_low) AS stuck_low,
    sum(p.stuck_high) AS stuck_high, sum(p.skipped) AS skipped, sum(p.unknown) AS unknown,
    round(100.0 * sum(p.converged)
      / nullif(sum(p.converged + p.exhausted + p.stuck_low + p.stuck_high + p.unknown), 0), 3) AS yield_percent,
    round(1.0 * sum(p.pulse_count) / sum(t.region_rows * t.region_columns), 2) AS pulses_per_device
  FROM v_current_programmings p
    JOIN tiles t ON t.id = p.tile_id
    JOIN layers l ON l.network_id = t.network_id AND l.layer_index = t.layer_index
  GROUP BY l.network_id, l.layer_index ORDER BY l.layer_index;

-- For people: when each tile was read.
CREATE VIEW v_readouts AS
  SELECT o.id, l.name AS layer, t.id AS tile, o.requested_age AS requested_age_seconds,
    round(o.first_sample_chip - p.ended_chip, 3) AS actual_age_seconds,
    round(o.last_sample_chip - o.first_sample_chip, 6) AS duration_seconds,
    t.region_rows * t.region_columns AS devices, o.averages, o.read_volts,
    round(o.temperature_kelvin, 2) AS temperature_kelvin, o.saturated_cells, o.calibration,
    datetime(o.read_wall, 'unixepoch') AS read_utc
  FROM readouts o JOIN v_programmings p ON p.id = o.programming_id JOIN tiles t ON t.id = p.tile_id
    JOIN layers l ON l.network_id = t.network_id AND l.layer_index = t.layer_index
  ORDER BY o.id;
`;
