/**
 * Programming algorithms beside each other, with levels on an emulated Fusion chip and random weights on a HERMES core. Conductances in
 * µS. The error at 25 s is that of weights, two devices each, over those whose devices converged.
 */

import type { AlgorithmName } from "../../calibration/program-verify/algorithm-names.ts";
import { algorithmFor } from "../../calibration/program-verify/algorithms.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { openEmulator } from "../physics/lab.ts";
import { hermesGMaxSiemens, levels } from "../physics/published.ts";
import { mean } from "../physics/statistics.ts";
import { measureUnitCells, measureWeightErrors, type WeightErrors } from "../physics/weight-errors.ts";

export interface AlgorithmsBench {
  /** Of a Fusion chip, 2,048 devices each. Few of them make the readings of a late verification follow each other closely. */
  readonly rowsPerLevel: number;
  /** Of a HERMES core, 256 unit cells each. */
  readonly unitCellRows: number;
}

/** 20,480 devices a level, and a quarter of the core. */
export const realAlgorithmsBench: AlgorithmsBench = { rowsPerLevel: 10, unitCellRows: 64 };
export const smallAlgorithmsBench: AlgorithmsBench = { rowsPerLevel: 2, unitCellRows: 12 };

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
export async function programAlgorithms({ rowsPerLevel, unitCellRows }: AlgorithmsBench) {
  const fusionFigures = (name: AlgorithmName, verifySeconds: readonly number[] = []) =>
    measuredOnFusion(name, rowsPerLevel, verifySeconds);
  const hermesFigures = (name: AlgorithmName) => measuredOnHermes(name, unitCellRows);
  const meltQuench = await fusionFigures("melt-quench");
  const residual = await fusionFigures("residual", lateSeconds);
  return {
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

async function measuredOnFusion(
  name: AlgorithmName,
  rowsPerLevel: number,
  verifySeconds: readonly number[],
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

async function measuredOnHermes(name: AlgorithmName, unitCellRows: number) {
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
