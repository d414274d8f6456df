/** Schema 1 of a wear ledger: whose it is, what each row of cells has felt, and the trains that are not part of that yet. */

/** "PCMW" in the application_id of the SQLite header says that the file is a wear ledger. */
export const ledgerApplicationId = 0x50434d57;

/** The schema that this version of pcmlab writes. */
export const ledgerSchema = 1;

export const ledgerTables = `
-- The one chip of this ledger.
CREATE TABLE chip (
  manufacturer    TEXT NOT NULL,
  model           TEXT NOT NULL,
  serial_number   TEXT NOT NULL,
  life            TEXT,                      -- of a chip that can begin anew under its serial number, null on silicon
  arrays          TEXT NOT NULL,             -- JSON: name, rows and columns of each array
  max_pulses_per_cell INTEGER,               -- that the chip allows in its life, null when it names no limit
  begun_wall      REAL NOT NULL              -- seconds since 1970-01-01 UTC
) STRICT;

-- Who writes, or wrote last.
CREATE TABLE owner (
  process         INTEGER NOT NULL,
  host            TEXT NOT NULL,
  command         TEXT NOT NULL,
  since_wall      REAL NOT NULL              -- seconds since 1970-01-01 UTC
) STRICT;

-- Word lines of which a cell has been pulsed. The BLOBs hold a uint32 for each bit line, little-endian.
CREATE TABLE wear (
  array_index     INTEGER NOT NULL CHECK (array_index >= 0),
  row             INTEGER NOT NULL CHECK (row >= 0),
  pulses          BLOB NOT NULL,             -- pulses that each cell has felt or may have felt
  unknown         BLOB,                      -- those among them that nobody knows were applied, null when there are none
  crc32           INTEGER NOT NULL,          -- CRC-32 of the two BLOBs, one after the other
  PRIMARY KEY (array_index, row)
) STRICT, WITHOUT ROWID;

-- Trains that are not in "wear" yet. Each is written before it is sent.
CREATE TABLE intents (
  id              INTEGER PRIMARY KEY,
  array_index     INTEGER NOT NULL,
  row             INTEGER NOT NULL,
  column          INTEGER NOT NULL,
  rows            INTEGER NOT NULL,
  columns         INTEGER NOT NULL,
  each            INTEGER NOT NULL,          -- pulses of each chosen cell
  mask            BLOB NOT NULL,             -- a bit a cell, row by row, least significant first: 1 chooses the cell
  fate            TEXT CHECK (fate IN ('applied', 'unknown')) -- null: sent or about to be; if nobody settles it, unknown
) STRICT;
`;
