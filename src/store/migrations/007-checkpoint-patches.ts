/** Schema 7: checkpoints of bands in which little changes any more are kept as what changed. */

export const checkpointPatches = `
-- To be applied, by rising id, to the state and the pulses of the band's row in checkpoints, one after the other as one string of bytes.
CREATE TABLE checkpoint_patches (
  id              INTEGER PRIMARY KEY,
  tile_id         INTEGER NOT NULL,
  band            INTEGER NOT NULL,
  patch           BLOB NOT NULL,             -- runs: uint32 place, uint32 length, little-endian, and the bytes
  boot_id         INTEGER NOT NULL,          -- these as in checkpoints, whose values the newest patch replaces
  started_chip    REAL,
  ended_chip      REAL,
  crc32           INTEGER NOT NULL,          -- CRC-32 of the whole string with this patch
  FOREIGN KEY (tile_id, band) REFERENCES checkpoints(tile_id, band)
) STRICT;
CREATE INDEX checkpoint_patches_by_band ON checkpoint_patches(tile_id, band);
`;
