/** The spread of exponents of devices that are in the same state, from that of devices with the same target. */

import type { LevelDrift } from "./level-tally.ts";

/**
 * Devices of one target are not in one state: where the mean exponent changes with the state, that is part of their spread. It is taken
 * away by the slope of the mean over ln G through the neighbouring levels.
 * @param levels by rising state. @returns one standard deviation for each.
 */
export const spreadAtState = (levels: readonly LevelDrift[]): number[] =>
  levels.map(({ nuSpread, stateSpread }, n) => {
    const ofState = slopeAt(levels, n) * stateSpread;
    return Math.sqrt(Math.max(0, nuSpread.value ** 2 - ofState ** 2));
  });

/** d nu / d ln G; 0 for a level without a neighbour. */
function slopeAt(levels: readonly LevelDrift[], n: number): number {
  const below = levels[Math.max(0, n - 1)];
  const above = levels[Math.min(levels.length - 1, n + 1)];
  if (below === undefined || above === undefined || below === above) return 0;
  return (above.nuMean.value - below.nuMean.value) / Math.log(above.stateSiemens / below.stateSiemens);
}
