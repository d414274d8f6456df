/** A power law through a drift curve: G(t) = G(1 s) t^-nu (FACTS.md 7.1). */

import type { PowerLaw } from "../../report/statistics/drift-by-level.ts";

/** Least squares on the logarithms; undefined with fewer than two different times, or where a value has no logarithm. */
export function powerLaw(
  points: readonly (readonly [seconds: number, value: number])[],
): PowerLaw | undefined {
  const usable = points.filter(([seconds, value]) => seconds > 0 && value > 0);
  if (usable.length < points.length || usable.length < 2) return undefined;
  const logs = usable.map(([seconds, value]) => [Math.log(seconds), Math.log(value)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const squares = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (squares === 0) return undefined;
  const slope = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / squares;
  return { exponent: -slope, atOneSecond: Math.exp(meanY - slope * meanX) };
}
