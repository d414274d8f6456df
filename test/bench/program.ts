/**
 * The figures of programming: how many devices converge and how well, on levels and on a network, what other algorithms are better by, what
 * the host adds, and what converters cost. Within 15 minutes on a quiet machine with two cores, or in two with `--small`.
 */

import { existsSync } from "node:fs";
import type { Figures } from "./main.ts";
import { programAlgorithms, realAlgorithmsBench, smallAlgorithmsBench } from "./program-algorithms.ts";
import { programCalibration, realCalibrationBench, smallCalibrationBench } from "./program-calibration.ts";
import {
  decisiveSeconds,
  equalPulses,
  errorRatio,
  realSize as realGradientBench,
  smallSize as smallGradientBench,
} from "./program-gradient.ts";
import { programOverhead, realOverheadBench, smallOverheadBench } from "./program-overhead.ts";

/**
 * `convergedShare`: of the non-zero devices of ResNet-32 on `fusion-1m` by melt-quench. `medianErrorMicrosiemens`: over eleven levels at
 * 25 s by melt-quench, and `residualImprovement` how much lower it is by the residual with late verification.
 * `mvmErrorGdpOverIterative`: on `hermes-core`, an hour after programming, at equal pulses. `overhead`: programming time over that of
 * the emulator and the bytes.
 */
export async function program({ small }: { readonly small: boolean }): Promise<Figures> {
  const real = !small && hasData();
  const overhead = await timed(() => programOverhead(real ? realOverheadBench : smallOverheadBench));
  const algorithms = await timed(() => programAlgorithms(small ? smallAlgorithmsBench : realAlgorithmsBench));
  const gradient = await timed(() => equalPulses(small ? smallGradientBench : realGradientBench));
  const calibration = await timed(() =>
    programCalibration(real ? realCalibrationBench : smallCalibrationBench),
  );
  const { meltQuench, maxSetFill } = algorithms.figures.hermes;
  const { iterative, gdp } = gradient.figures;
  return {
    network: real ? "ResNet-32" : "digits",
    convergedShare: overhead.figures.convergedNonZeroShare,
    medianErrorMicrosiemens: algorithms.figures.medianErrorMicrosiemens,
    residualImprovement: algorithms.figures.residualImprovement,
    mvmErrorGdpOverIterative: errorRatio(gdp, iterative, decisiveSeconds),
    overhead: overhead.figures.overhead,
    maxSetFillSetOrResetShare: maxSetFill.setOrResetShare,
    maxSetFillDayErrorOverMeltQuench: maxSetFill.dayErrorMicrosiemens / meltQuench.dayErrorMicrosiemens,
    residualGainErrorRms: calibration.figures.residualGainErrorRms,
    accuracyLossOverIdealConverters: calibration.figures.accuracyLossOverIdealConverters,
    parts: { overhead, algorithms, gradient, calibration },
  };
}

/** ResNet-32 and CIFAR-10 lie beside the project where they are there at all. */
function hasData(): boolean {
  const missing = [realOverheadBench.network, ...realCalibrationBench.images.slice(1)].filter(
    (path) => !existsSync(path),
  );
  if (missing.length === 0) return true;
  process.stderr.write(
    `bench: NOT THE REAL NETWORK: ${missing.join(", ")} missing; put ../shared/data beside the project. The digits network stands in.\n`,
  );
  return false;
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly figures: T }> {
  const start = performance.now();
  const figures = await work();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, figures };
}
