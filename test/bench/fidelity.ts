/**
 * The statistics of the emulated Fusion chip beside the published ones (FACTS 7.1, and 2 for gradual SET), on 20,480 devices a level, all through the
 * Chip port and the bytes of the protocol. Conductances in S, exponents and relative noise without unit.
 */

import { builtinProfile } from "../../mocks/array/profile.ts";
import { measureGradualSet } from "../physics/gradual-set.ts";
import { openEmulator, programLevel, stripOf } from "../physics/lab.ts";
import {
  measureDrift,
  measureHermesProgrammingError,
  measureProgrammingError,
  measureReadNoise,
  measureSpectralSlope,
} from "../physics/laws.ts";
import { levels } from "../physics/published.ts";
import { type Comparison, worstRelativeError } from "../physics/statistics.ts";
import { mvmFidelity } from "./fidelity-mvm.ts";
import type { Figures } from "./main.ts";

const rowsPerLevel = 10;
/** 5,632 devices a level: a column of the core has no more. */
const hermesRowsPerLevel = 22;
const driftReads = 60;
const seed = 1;

type Law =
  | "programmingError"
  | "programmingErrorAboutTarget"
  | "driftMean"
  | "driftSpread"
  | "readNoise5s"
  | "readNoise1h"
  | "readNoise1d"
  | "spectralSlope"
  | "hermesProgrammingError"
  | "gradualSetMean"
  | "gradualSetSpread"
  | "mvmKnown"
  | "mvmProgrammed"
  | "mvmErrorOfRange";
type Laws = Record<Law, Comparison[]>;

export async function fidelity(): Promise<Figures> {
  const laws: Laws = {
    programmingError: [],
    programmingErrorAboutTarget: [],
    driftMean: [],
    driftSpread: [],
    readNoise5s: [],
    readNoise1h: [],
    readNoise1d: [],
    spectralSlope: [],
    hermesProgrammingError: [],
    gradualSetMean: [],
    gradualSetSpread: [],
    mvmKnown: [],
    mvmProgrammed: [],
    mvmErrorOfRange: [],
  };
  const chip = await openEmulator(builtinProfile("fusion-1m"), seed);
  for (const [index, level] of levels.entries()) {
    const programmed = await programLevel(chip, stripOf(chip, index, rowsPerLevel), level);
    if (level > 0) laws.readNoise5s.push(await measureReadNoise(chip, programmed, 5));
    const error = await measureProgrammingError(chip, programmed);
    laws.programmingError.push(error.spread);
    laws.programmingErrorAboutTarget.push(error.aboutTarget);
    if (level === 0) continue;
    const drift = await measureDrift(chip, programmed, driftReads);
    laws.driftMean.push(drift.mean);
    laws.driftSpread.push(drift.spread);
    const again = await programLevel(chip, stripOf(chip, index, rowsPerLevel), level);
    laws.readNoise1h.push(await measureReadNoise(chip, again, 3600));
    laws.readNoise1d.push(await measureReadNoise(chip, again, 86_400));
    const { row } = programmed.region;
    const cell = { array: 0, row, column: programmed.converged[0]!, rows: 1, columns: 1 };
    const options = { readings: 8192, series: 8, averages: 16 };
    const slope = await measureSpectralSlope(chip, cell, options);
    laws.spectralSlope.push({ level, measured: slope, published: -1 });
  }
  const hermes = await openEmulator(builtinProfile("hermes-core"), seed);
  for (const [index, level] of levels.entries()) {
    const strip = stripOf(hermes, index, hermesRowsPerLevel);
    laws.hermesProgrammingError.push(await measureHermesProgrammingError(hermes, strip, level));
  }
  const gradual = await measureGradualSet(chip, stripOf(chip, levels.length, rowsPerLevel), seed);
  laws.gradualSetMean.push(...gradual.mean);
  laws.gradualSetSpread.push(...gradual.spread);
  const mvm = await mvmFidelity();
  laws.mvmKnown.push(...mvm.map(({ known }) => known));
  laws.mvmProgrammed.push(...mvm.map(({ programmed }) => programmed));
  laws.mvmErrorOfRange.push(...mvm.map(({ ofRange }) => ofRange));
  return { devicesPerLevel: rowsPerLevel * 2048, ...laws, mvm, worstRelativeError: worstOf(laws) };
}

/** At g = 0 the programming error has an upper bound only, so that level does not count. */
function worstOf(laws: Laws): Record<string, number> {
  return Object.fromEntries(
    Object.entries(laws).map(([law, all]) => [law, worstRelativeError(all.filter(({ level }) => level > 0))]),
  );
}
