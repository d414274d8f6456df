/** From figures of levels to the laws of a profile. */

import type { LevelFigures } from "../../../calibration/twin/level-tally.ts";
import { type Estimate, fitPowerLaw } from "../../../calibration/twin/weighted-fit.ts";
import type { StateLaw } from "../../../mocks/device/parameters.ts";
import { evaluateLaw } from "../../../mocks/device/state-law.ts";

/** A law at one state. */
export interface LawPoint {
  /** S. */
  readonly siemens: number;
  readonly value: number;
}

/** States below and above the measured ones at which the base law stands in, over the g = 1 of the laws. */
const baseStates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];

/** A base point nearer to a measured one would bend the law there. */
const apart = 1.8;

/** A table through what was measured, and beyond it through points of the base law. */
export function tableOf(points: readonly LawPoint[], base: StateLaw, gMaxSiemens: number): StateLaw {
  const measured = points
    .map(({ siemens, value }) => ({ g: siemens / gMaxSiemens, value }))
    .sort((a, b) => a.g - b.g);
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined) return base;
  const ofBase = baseStates
    .filter((g) => g * apart < first.g || g > last.g * apart)
    .map((g) => ({ g, value: evaluateLaw(base, Math.log(g)) }));
  return { kind: "table", points: [...ofBase, ...measured].sort((a, b) => a.g - b.g) };
}

/** Q_s = coefficient g^exponent. */
export interface NoiseLaw {
  readonly coefficient: Estimate;
  readonly exponent: Estimate;
  /** Largest relative distance of a level from it. */
  readonly worst: number;
  /** Whether it describes the levels: then it is the law of the twin, and else a table. */
  readonly describes: boolean;
}

/** Levels off a power law by more than this many standard errors, and by more than this part, show that it is none. */
const [farErrors, farShare] = [4, 0.05];

/** Undefined with fewer than three levels. */
export function noiseLawOf(levels: readonly LevelFigures[], gMaxSiemens: number): NoiseLaw | undefined {
  const known = levels.flatMap(({ drift, noise }) =>
    drift === undefined || noise === undefined ? [] : [{ g: drift.stateSiemens / gMaxSiemens, ...noise }],
  );
  if (known.length < 3) return undefined;
  const fit = fitPowerLaw(
    known.map(({ g }) => g),
    known.map(({ value }) => value),
    known.map(({ error }) => error),
  );
  const [logCoefficient, exponent] = fit?.coefficients ?? [];
  if (logCoefficient === undefined || exponent === undefined) return undefined;
  const value = Math.exp(logCoefficient.value);
  const off = known.map((one) => ({
    share: Math.abs(one.value / (value * one.g ** exponent.value) - 1),
    error: one.error / one.value,
  }));
  return {
    coefficient: { value, error: value * logCoefficient.error },
    exponent,
    worst: Math.max(...off.map(({ share }) => share)),
    describes: off.every(({ share, error }) => share <= Math.max(farShare, farErrors * error)),
  };
}
