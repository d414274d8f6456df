/** Schema 13: what the reliable link of a run did. */

export const runLinks = `
-- Of runs whose board was on a serial line with the reliable link.
CREATE TABLE run_links (
  run_id          INTEGER PRIMARY KEY REFERENCES runs(id),
  report          TEXT NOT NULL              -- JSON object: terms, sessions, round trip and counters over all sessions
) STRICT;
`;
