/**
 * Programming algorithms beside each other: 20,480 devices a level on an emulated Fusion chip, and a quarter of the unit cells of a HERMES
 * core. Conductances in µS. The error at 25 s is that of weights, two devices each, over those whose devices converged.
 */

import { type AlgorithmName, algorithmFor } from "../../calibration/program-verify/algorithms.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { openEmulator } from "../physics/lab.ts";
import { hermesGMaxSiemens, levels } from "../physics/published.ts";
import { mean } from "../physics/statistics.ts";
import { measureUnitCells, measureWeightErrors, type WeightErrors } from "../physics/weight-errors.ts";

const rowsPerLevel = 10;
const unitCellRows = 64;
const seed = 1;
const lateSeconds = [5, 20];
const daySeconds = 86_400;
/** Three quarters of the median SET conductance of the core. */
const setSiemens = 10.5e-6;

export interface AlgorithmFigures {
  readonly medianErrorMicrosiemens: number;
  readonly medianSpreadMicrosiemens: number;
  /** Over the levels above 0. */
  readonly convergedShare: number;
  readonly pulsesPerDevice: number;
  readonly errorMicrosiemens: readonly number[];
}

/** `residualImprovement`: how much lower the median error of residual programming with late verification is than that of melt-quench. */
export async function programAlgorithms() {
  const meltQuench = await fusionFigures("melt-quench");
  const residual = await fusionFigures("residual", lateSeconds);
  return {
    convergedShare: meltQuench.convergedShare,
    medianErrorMicrosiemens: meltQuench.medianErrorMicrosiemens,
    residualImprovement: 1 - residual.medianErrorMicrosiemens / meltQuench.medianErrorMicrosiemens,
    fusion: {
      meltQuench,
      meltQuenchVerifiedLate: await fusionFigures("melt-quench", lateSeconds),
      partialSet: await fusionFigures("partial-set"),
      residual: await fusionFigures("residual"),
      residualVerifiedLate: residual,
    },
    hermes: {
      meltQuench: await hermesFigures("melt-quench"),
      maxSetFill: await hermesFigures("max-set-fill"),
      residual: await hermesFigures("residual"),
    },
  };
}

async function fusionFigures(
  name: AlgorithmName,
  verifySeconds: readonly number[] = [],
): Promise<AlgorithmFigures> {
  const chip = await openEmulator(builtinProfile("fusion-1m"), seed);
  const algorithm = algorithmFor(name, chip.descriptor);
  const all: WeightErrors[] = [];
  for (const [index, level] of levels.entries())
    all.push(await measureWeightErrors(chip, { index, rows: rowsPerLevel, level }, algorithm, verifySeconds));
  return {
    medianErrorMicrosiemens: 1e6 * median(all.map(({ errorSiemens }) => errorSiemens)),
    medianSpreadMicrosiemens: 1e6 * median(all.map(({ spreadSiemens }) => spreadSiemens)),
    convergedShare: mean(
      all.flatMap(({ level, convergedShare }) => (level > 0 ? (convergedShare ?? []) : [])),
    ),
    pulsesPerDevice: mean(all.map(({ pulsesPerDevice }) => pulsesPerDevice)),
    errorMicrosiemens: all.map(({ errorSiemens }) => 1e6 * errorSiemens),
  };
}

async function hermesFigures(name: AlgorithmName) {
  const chip = await openEmulator(builtinProfile("hermes-core"), seed);
  const algorithm = algorithmFor(name, chip.descriptor, { deviceSiemens: hermesGMaxSiemens });
  const errors = await measureUnitCells(chip, unitCellRows, algorithm, {
    largestSiemens: 2 * hermesGMaxSiemens,
    setSiemens,
    ageSeconds: daySeconds,
  });
  return {
    dayErrorMicrosiemens: 1e6 * errors.compensatedSiemens,
    dayErrorUncompensatedMicrosiemens: 1e6 * errors.rawSiemens,
    setOrResetShare: errors.extremeShare,
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
