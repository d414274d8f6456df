/** Laws that give a drift exponent or a noise amplitude from the programmed state (FACTS 7.1 and 7.4). */

import { expOf, logOf } from "./fast-math.ts";
import type { StateLaw } from "./parameters.ts";

/** aihwkit takes the logarithm no lower than here (pcm.py:121, FACTS 7.1). */
const smallestState = 1e-7;

/** ln of g = G / G_max, which all laws of a device share. */
export const logState = (siemens: number, gMaxSiemens: number): number =>
  logOf(Math.max(siemens / gMaxSiemens, smallestState));

/** The value of a law at ln g. */
export function evaluateLaw(law: StateLaw, logG: number): number {
  // exp(a ln g) because Math.pow takes ten times as long.
  if (law.kind === "power") return Math.min(law.coefficient * expOf(law.exponent * logG), law.max);
  if (law.kind === "table") return interpolate(law.points, logG);
  const { polynomial } = law;
  if (polynomial !== undefined && logG >= Math.log(polynomial.from))
    return horner(polynomial.coefficients, Math.exp(logG));
  return Math.min(Math.max(law.slope * logG + law.offset, law.min), law.max);
}

/** The polynomials were fitted up to G_max and run away above it, so they are held there. */
function horner(coefficients: readonly number[], g: number): number {
  const x = Math.min(g, 1);
  let sum = 0;
  for (let power = coefficients.length - 1; power >= 0; power--) sum = sum * x + coefficients[power]!;
  return sum;
}

/** For so few points a walk is as quick as a search. */
function interpolate(
  points: readonly { readonly g: number; readonly value: number }[],
  logG: number,
): number {
  const g = expOf(logG);
  let above = points.length - 1;
  if (g >= points[above]!.g) return points[above]!.value;
  while (above > 0 && g < points[above - 1]!.g) above--;
  const high = points[above]!;
  if (above === 0) return high.value;
  const low = points[above - 1]!;
  const share = (logG - logOf(low.g)) / (logOf(high.g) - logOf(low.g));
  return low.value + share * (high.value - low.value);
}
