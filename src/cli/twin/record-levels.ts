/** The levels of a twin as they are recorded. */

import type { FlickerShape } from "../../../calibration/drift/flicker-covariance.ts";
import type { FirstReading, LevelFigures } from "../../../calibration/twin/level-tally.ts";
import {
  errorPolynomial,
  type LevelLaws,
  type ProgrammingError,
  programmingError,
} from "../../../calibration/twin/programming-error.ts";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import { evaluateLaw, logState } from "../../../mocks/device/state-law.ts";
import type { TwinLevel, TwinRecord } from "./document.ts";
import type { RehearsedLevel } from "./rehearsal.ts";

export interface LevelConditions {
  /** Its laws stand in where a level has none of its own. */
  readonly profile: ChipProfile;
  readonly shape: FlickerShape;
  readonly averages: number;
  readonly whiteSiemens: number;
}

/** @param rehearsed of each level; undefined when nothing was rehearsed. */
export const levelsOf = (
  figures: readonly LevelFigures[],
  rehearsed: readonly RehearsedLevel[] | undefined,
  conditions: LevelConditions,
): TwinLevel[] =>
  figures.flatMap((level, number) =>
    level.devices === 0 ? [] : [levelOf(level, rehearsed?.[number], conditions)],
  );

function levelOf(
  level: LevelFigures,
  rehearsed: RehearsedLevel | undefined,
  conditions: LevelConditions,
): TwinLevel {
  const { targetSiemens, devices, converged, first, drift, noise } = level;
  return {
    targetSiemens,
    devices,
    converged,
    first: first
      ? {
          devices: first.devices,
          ageSeconds: first.ageSeconds,
          meanSiemens: first.meanSiemens,
          sigmaSiemens: first.sigmaSiemens,
        }
      : null,
    programming: programmingOf(level, conditions),
    drift: drift ?? null,
    noise: noise ?? null,
    rehearsed: rehearsed !== undefined && rehearsed.devices > 1 ? rehearsed : null,
  };
}

function programmingOf(level: LevelFigures, conditions: LevelConditions): TwinLevel["programming"] {
  const { first, targetSiemens, noise } = level;
  if (first === undefined) return null;
  if (targetSiemens === 0 && noise === undefined) return asRead(first);
  const { sigma, bias }: ProgrammingError = programmingError(
    first,
    targetSiemens,
    lawsOf(level, conditions),
    {
      ...conditions,
      referenceSeconds: conditions.profile.device.drift.referenceSeconds,
    },
  );
  return { sigmaSiemens: sigma, biasSiemens: bias };
}

/** Noise of devices that are meant to hold nothing cannot be told from what they are off by. */
const asRead = ({ sigmaSiemens, meanSiemens, devices }: FirstReading): TwinLevel["programming"] => ({
  sigmaSiemens: { value: sigmaSiemens, error: sigmaSiemens / Math.sqrt(2 * devices) },
  biasSiemens: { value: meanSiemens, error: sigmaSiemens / Math.sqrt(devices) },
});

function lawsOf({ first, drift, noise }: LevelFigures, { profile }: LevelConditions): LevelLaws {
  const { drift: laws, readNoise } = profile.device;
  const logG = logState(first?.siemens ?? 0, laws.gMaxSiemens);
  return {
    nuMean: drift?.nuMean.value ?? evaluateLaw(laws.nuMean, logG),
    nuSpread: drift?.nuSpread.value ?? evaluateLaw(laws.nuSpread, logG),
    noise: noise ?? { value: evaluateLaw(readNoise.relative, logG), error: 0 },
  };
}

/** @param gmaxSiemens conductance of the largest weight. */
export function polynomialOf(levels: readonly TwinLevel[], gmaxSiemens: number): TwinRecord["programming"] {
  const points = levels.flatMap(({ targetSiemens, programming }) =>
    programming === null ? [] : [{ g: targetSiemens / gmaxSiemens, sigma: programming.sigmaSiemens }],
  );
  const fit = errorPolynomial(points);
  return fit === undefined
    ? null
    : { coefficientsSiemens: [...fit.coefficients], worstSiemens: fit.worstSiemens };
}
