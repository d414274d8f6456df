/** Schema 6: devices that a programming run leaves alone, for the process that goes on with it. */

export const knownBad = `
-- JSON array of marked devices and lines under the network, as src/network/marks.ts has them.
ALTER TABLE programming_plans ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';
`;
