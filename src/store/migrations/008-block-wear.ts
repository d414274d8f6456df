/** Schema 8: how worn a run leaves the cells that it programs, so that pulses of others are noticed when it is gone on with. */

export const blockWear = `
-- Of the blocks of the latest programming plan that were begun or programmed.
CREATE TABLE block_wear (
  tile_id         INTEGER PRIMARY KEY REFERENCES tiles(id), -- the first of the block
  pulses          INTEGER NOT NULL CHECK (pulses >= 0) -- most that the chip's wear ledger counts for its cells together by the run's own doing
) STRICT;
`;
