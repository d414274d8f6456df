/** Parameters of residual programming. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { EstimationParameters } from "./estimation.ts";
import {
  assertConsistent,
  assertNoFault,
  isCount,
  type MeltQuenchParameters,
  parametersFor,
} from "./parameters.ts";

/** How the device that corrects is brought to the small conductance that is missing. */
export interface CorrectorParameters {
  /** Accepted |G - target|, and the share of the target that is accepted where that is more: read noise grows with the conductance. */
  readonly marginSiemens: number;
  readonly marginShare: number;
  /** Conversions of a verifying reading; more than for the others, because the error that counts is smaller. */
  readonly averages: number;
  readonly maxIterations: number;
  /** The first pulse: this amplitude is expected to leave this conductance. */
  readonly startAmperes: number;
  readonly startSiemens: number;
  /**
   * Current over which the conductance falls by a factor e in the tail of the melt-quench curve, where a corrector is: there the
   * amplitude follows the logarithm of the error, I += amperesPerE ln(G / target), because the slope itself goes with G.
   */
  readonly amperesPerE: number;
}

export interface ResidualParameters extends MeltQuenchParameters {
  /**
   * Added to the conductance that the devices of a weight are aimed at, and a share of it besides, so that the partner has something
   * to take away: about the standard deviation of what a verifying read leaves (FACTS.md 7.1, programming error), which grows with
   * the conductance. More would cost noise of both devices, less would leave more weights that are too small, which no partner mends.
   */
  readonly aimHighSiemens: number;
  readonly aimHighShare: number;
  /** The readings that the residual is taken from. */
  readonly estimate: EstimationParameters;
  /** Residuals up to this are left. */
  readonly residualSiemens: number;
  readonly corrector: CorrectorParameters;
}

/**
 * Nobody has published residual programming of differential pairs of PCM, so all of this is our choice; the first devices are
 * programmed with the parameters of melt-quench.
 */
export function residualParametersFor(descriptor: Descriptor): ResidualParameters {
  const base = parametersFor(descriptor);
  const { read } = descriptor;
  const averages = Math.min(16, read.maxAverages);
  const estimate = { reads: 32, averages: Math.min(8, read.maxAverages) };
  return {
    ...base,
    calmAfterIterations: 10,
    aimHighSiemens: 0.25e-6,
    aimHighShare: 0.05,
    estimate,
    residualSiemens: 0.15e-6,
    corrector: {
      marginSiemens: 0.1e-6,
      marginShare: 0.03,
      averages,
      maxIterations: 30,
      startAmperes: 0.75 * base.maxAmperes,
      startSiemens: 1e-6,
      amperesPerE: base.maxAmperes / 16,
    },
    late: { ...estimate, marginSiemens: 0.25e-6 },
  };
}

/** @throws LabError USAGE. */
export function assertResidualConsistent(parameters: ResidualParameters): void {
  const { aimHighSiemens, aimHighShare, estimate, residualSiemens, corrector, minAmperes, maxAmperes } =
    parameters;
  assertConsistent(parameters);
  assertNoFault([
    [
      aimHighSiemens >= 0 && aimHighShare >= 0 && aimHighShare <= 1,
      `devices cannot be aimed high by ${aimHighSiemens} S and a share of ${aimHighShare}`,
    ],
    isCount("readings of the residual", estimate.reads),
    [residualSiemens > 0, `the residual that is left, ${residualSiemens} S, is not positive`],
    [corrector.marginSiemens > 0, `the margin ${corrector.marginSiemens} S of a corrector is not positive`],
    [corrector.marginShare >= 0, `the margin of a corrector cannot be the share ${corrector.marginShare}`],
    isCount("iterations of a corrector", corrector.maxIterations),
    [
      corrector.startAmperes >= minAmperes && corrector.startAmperes <= maxAmperes,
      `a corrector starts at ${corrector.startAmperes} A, outside ${minAmperes} to ${maxAmperes} A`,
    ],
    [corrector.startSiemens > 0, `a corrector starts at ${corrector.startSiemens} S`],
    [corrector.amperesPerE > 0, `the amplitude of a corrector moves by ${corrector.amperesPerE} A`],
  ]);
}
