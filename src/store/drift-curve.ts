/** The law of a level of fitted devices as a curve. */

import type { StoredDriftLevel } from "./drift-rows.ts";

/**
 * G(t) / G(reference age) by the law of a level with the mean parameters of its devices; NaN for a level without sound devices.
 * @param ageSeconds t, and the reference age of its analysis (s).
 */
export function driftedShare(
  { model, nuMean, thirdMean, breakSeconds }: StoredDriftLevel,
  ageSeconds: number,
  referenceSeconds: number,
): number {
  const power = (nu: number, to: number, from: number): number => (to / from) ** -nu;
  if (model === "power") return power(nuMean, ageSeconds, referenceSeconds);
  if (model === "floor") return (1 - thirdMean) * power(nuMean, ageSeconds, referenceSeconds) + thirdMean;
  const at = breakSeconds ?? Number.POSITIVE_INFINITY;
  const upTo = power(nuMean, Math.min(ageSeconds, at), referenceSeconds);
  return ageSeconds <= at ? upTo : upTo * power(thirdMean, ageSeconds, at);
}
