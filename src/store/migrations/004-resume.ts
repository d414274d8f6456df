/** Schema 4: what a programming run that was stopped or killed needs to go on in another process. */

export const resume = `
-- How a run of "program" programs; network, mapping and places are those of the store. A run that resumes it is a run of its own.
CREATE TABLE programming_plans (
  run_id          INTEGER PRIMARY KEY REFERENCES runs(id),
  algorithm       TEXT NOT NULL,             -- name of the algorithm
  parameters      TEXT NOT NULL,             -- JSON object: its parameters
  calibration_id  INTEGER REFERENCES calibrations(id), -- of the converters, null for what the chip says of itself
  limits          TEXT NOT NULL              -- JSON object: limits of the user's own that are narrower than the chip's
) STRICT;

-- Tiles that are being programmed, in bands of whole rows: what is known of a band after its latest verifying read, before the pulses
-- that were decided from it. None once the tile is programmed. A kill of the process loses none; a power cut of the host may lose the
-- newest, and an older one does as well, since a band is read before it is pulsed again.
CREATE TABLE checkpoints (
  tile_id         INTEGER NOT NULL REFERENCES tiles(id),
  band            INTEGER NOT NULL CHECK (band >= 0), -- from the first row on
  state           BLOB NOT NULL,             -- of the algorithm; docs: calibration/program-verify/band-state.ts
  pulses          BLOB NOT NULL,             -- uint16: of each device of the band since the tile was begun, unsettled ones included
  boot_id         INTEGER NOT NULL,          -- of the power-up that the chip seconds count from
  started_chip    REAL,                      -- chip seconds before the first pulse of the tile in that power-up, null before any
  ended_chip      REAL,                      -- chip seconds after the last acknowledged one
  crc32           INTEGER NOT NULL,          -- CRC-32 of the two BLOBs, one after the other
  PRIMARY KEY (tile_id, band)
) STRICT;
`;
