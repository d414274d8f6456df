/** Schema 10: campaigns: the plan written first, its slots, what became of each, and who holds the chip. */

export const campaigns = `
-- A long experiment on the chip of this store. Its times are seconds of one timeline: the chip seconds of the power-up in which it was
-- planned, and what campaign_boots makes of them after another power-up.
CREATE TABLE campaigns (
  id              INTEGER PRIMARY KEY,
  run_id          INTEGER NOT NULL REFERENCES runs(id), -- that planned it
  chip_id         INTEGER NOT NULL REFERENCES chips(id),
  name            TEXT NOT NULL,
  plan            TEXT NOT NULL,             -- JSON object: the plan as it was understood, times in seconds
  planned         REAL NOT NULL,             -- seconds of the timeline
  planned_wall    REAL NOT NULL              -- seconds since 1970-01-01 UTC on the host
) STRICT;

-- What is read, again and again.
CREATE TABLE campaign_subjects (
  id              INTEGER PRIMARY KEY,
  campaign_id     INTEGER NOT NULL REFERENCES campaigns(id),
  kind            TEXT NOT NULL CHECK (kind IN ('tile', 'region', 'mvm', 'calibration', 'temperature')),
  name            TEXT NOT NULL,             -- for people
  reference       REAL NOT NULL,             -- seconds of the timeline at which its age is 0: the end of its programming, or the campaign's beginning
  reference_clock TEXT NOT NULL CHECK (reference_clock IN ('chip', 'wall')), -- wall: the board restarted since, and the host's clock alone knows
  programming_id  INTEGER REFERENCES programmings(id), -- of a tile
  array_index     INTEGER,                   -- of a tile or region
  region_row      INTEGER,                   -- of a tile or region, or of the unit cells of an MVM
  region_column   INTEGER,
  region_rows     INTEGER,
  region_columns  INTEGER,
  mvm             TEXT                       -- JSON object: seed, vectors and phases of an MVM
) STRICT;
CREATE INDEX campaign_subjects_by_campaign ON campaign_subjects (campaign_id);

-- When it is to be read. Written with the plan, and never changed.
CREATE TABLE campaign_slots (
  id              INTEGER PRIMARY KEY,
  subject_id      INTEGER NOT NULL REFERENCES campaign_subjects(id),
  age             REAL NOT NULL,             -- seconds since the reference of its subject
  due             REAL NOT NULL,             -- seconds of the timeline
  UNIQUE (subject_id, due)
) STRICT;

-- What became of a slot; none while it is open. Stored with what was read, in one transaction.
CREATE TABLE slot_outcomes (
  slot_id         INTEGER PRIMARY KEY REFERENCES campaign_slots(id),
  run_id          INTEGER NOT NULL REFERENCES runs(id),
  outcome         TEXT NOT NULL CHECK (outcome IN ('read', 'late', 'missed', 'failed')),
  reason          TEXT,                      -- why it is late, missed or failed
  started         REAL,                      -- seconds of the timeline at the first conversion, null when nothing was read
  ended           REAL,                      -- at the last one
  clock           TEXT CHECK (clock IN ('chip', 'wall')), -- how the times are known; wall: the board restarted within the campaign
  wall            REAL NOT NULL,             -- seconds since 1970-01-01 UTC on the host
  calibration_id  INTEGER REFERENCES calibrations(id) -- that a calibration check made
) STRICT;

-- The readouts of a slot: one of a tile, one for each band that the board reads at once of a region.
CREATE TABLE slot_readouts (
  slot_id         INTEGER NOT NULL REFERENCES slot_outcomes(slot_id),
  readout_id      INTEGER NOT NULL REFERENCES readouts(id),
  PRIMARY KEY (slot_id, readout_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX slot_readouts_by_readout ON slot_readouts (readout_id);

-- Matrix-vector products in the array: raw codes.
CREATE TABLE mvm_probes (
  id              INTEGER PRIMARY KEY,
  slot_id         INTEGER NOT NULL REFERENCES slot_outcomes(slot_id),
  region_row      INTEGER NOT NULL,          -- of the unit cells
  region_column   INTEGER NOT NULL,
  region_rows     INTEGER NOT NULL,
  region_columns  INTEGER NOT NULL,
  vectors         INTEGER NOT NULL CHECK (vectors > 0),
  phases          INTEGER NOT NULL CHECK (phases IN (1, 4)),
  first_sample_chip REAL NOT NULL,           -- chip seconds of the beginning of the first vector
  last_sample_chip  REAL NOT NULL CHECK (last_sample_chip >= first_sample_chip), -- and of the last
  temperature_kelvin REAL NOT NULL,
  saturated_outputs INTEGER NOT NULL,        -- outputs with a conversion at the largest code
  inputs          BLOB NOT NULL,             -- int8: vectors x region_rows, vector by vector
  outputs         BLOB NOT NULL,             -- int16, little-endian: vectors x region_columns, vector by vector
  crc32           INTEGER NOT NULL           -- CRC-32 of inputs and outputs, one after the other
) STRICT;
CREATE INDEX mvm_probes_by_slot ON mvm_probes (slot_id);

-- The temperature of the chip at the slots that ask for it.
CREATE TABLE temperatures (
  slot_id         INTEGER PRIMARY KEY REFERENCES slot_outcomes(slot_id),
  measured        REAL NOT NULL,             -- seconds of the timeline
  kelvin          REAL NOT NULL
) STRICT;

-- The journal of what the campaign as a whole was doing, newest last.
CREATE TABLE campaign_states (
  id              INTEGER PRIMARY KEY,
  campaign_id     INTEGER NOT NULL REFERENCES campaigns(id),
  run_id          INTEGER REFERENCES runs(id),
  state           TEXT NOT NULL CHECK (state IN ('planned', 'running', 'paused', 'stopped', 'finished')),
  reason          TEXT,
  at              REAL,                      -- seconds of the timeline, null where nobody asked the chip
  wall            REAL NOT NULL              -- seconds since 1970-01-01 UTC on the host
) STRICT;
CREATE INDEX campaign_states_by_campaign ON campaign_states (campaign_id, id);

-- What another process asks of the one that runs the campaign; gone once it has seen it.
CREATE TABLE campaign_requests (
  campaign_id     INTEGER PRIMARY KEY REFERENCES campaigns(id),
  request         TEXT NOT NULL CHECK (request IN ('pause', 'resume', 'stop')),
  wall            REAL NOT NULL
) STRICT;

-- The power-ups of the board that the campaign has met: seconds of the timeline = chip seconds + offset.
CREATE TABLE campaign_boots (
  id              INTEGER PRIMARY KEY,
  campaign_id     INTEGER NOT NULL REFERENCES campaigns(id),
  boot_id         INTEGER NOT NULL,
  offset          REAL NOT NULL,
  clock           TEXT NOT NULL CHECK (clock IN ('chip', 'wall')), -- wall: what passed before it is known from the host's clock
  uncertainty     REAL CHECK (uncertainty >= 0), -- of the offset, seconds; null when it is at least what it says
  anchor          REAL NOT NULL,             -- seconds of the timeline at the latest look at the chip clock
  anchor_wall     REAL NOT NULL,             -- the host's time then
  UNIQUE (campaign_id, boot_id)
) STRICT;

-- Who runs the campaign of a chip: nobody else does until the end of the time.
CREATE TABLE campaign_locks (
  chip            TEXT PRIMARY KEY,          -- as people name it: manufacturer, model, serial number, life
  campaign_id     INTEGER NOT NULL REFERENCES campaigns(id),
  owner           TEXT NOT NULL,             -- random, new for every process
  host            TEXT NOT NULL,             -- name of the machine
  process         INTEGER NOT NULL,          -- its number there
  host_boot       TEXT,                      -- of the power-up of that machine, null when it does not say
  since_wall      REAL NOT NULL,             -- seconds since 1970-01-01 UTC
  until_wall      REAL NOT NULL              -- prolonged again and again
) STRICT;

-- What the line to the board did in the run that is or was last under way.
CREATE TABLE campaign_links (
  campaign_id     INTEGER PRIMARY KEY REFERENCES campaigns(id),
  run_id          INTEGER NOT NULL REFERENCES runs(id),
  wall            REAL NOT NULL,             -- seconds since 1970-01-01 UTC on the host
  report          TEXT NOT NULL              -- JSON object: terms, sessions, round trip, counters of anomalies
) STRICT;

-- For people: what became of the slots of each campaign.
CREATE VIEW v_campaigns AS
  SELECT c.id, c.name, (SELECT state FROM campaign_states WHERE campaign_id = c.id ORDER BY id DESC LIMIT 1) AS state,
    count(l.id) AS slots, count(o.slot_id) AS done, total(o.outcome = 'read') AS read, total(o.outcome = 'late') AS late,
    total(o.outcome = 'missed') AS missed, total(o.outcome = 'failed') AS failed,
    datetime(c.planned_wall, 'unixepoch') AS planned_utc
  FROM campaigns c JOIN campaign_subjects s ON s.campaign_id = c.id JOIN campaign_slots l ON l.subject_id = s.id
    LEFT JOIN slot_outcomes o ON o.slot_id = l.id
  GROUP BY c.id ORDER BY c.id;

-- For people: every slot in the order in which it falls due.
CREATE VIEW v_campaign_slots AS
  SELECT l.id, s.campaign_id, s.name AS subject, s.kind, l.age AS requested_age_seconds,
    round(o.started - s.reference, 3) AS actual_age_seconds, o.outcome, o.reason, o.clock,
    datetime(o.wall, 'unixepoch') AS utc
  FROM campaign_slots l JOIN campaign_subjects s ON s.id = l.subject_id LEFT JOIN slot_outcomes o ON o.slot_id = l.id
  ORDER BY l.due, l.id;
`;
