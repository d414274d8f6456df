/** Schema 12: comparisons of a chip with the digital network and with other chips. */

export const validations = `
-- One run of pcmlab validate.
CREATE TABLE validations (
  id              INTEGER PRIMARY KEY,
  run_id          INTEGER NOT NULL REFERENCES runs(id),
  age             REAL NOT NULL CHECK (age >= 0), -- seconds since the end of programming: of the readings that it is about
  compensation    TEXT NOT NULL,
  passed          INTEGER CHECK (passed IN (0, 1)), -- whether all limits were kept; null where there were none
  document        TEXT NOT NULL              -- JSON object: all that was found, as pcmlab validate --json prints it
) STRICT;
`;
