/** Parameters of max-SET-fill. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { EstimationParameters } from "./estimation.ts";
import {
  assertConsistent,
  assertNoFault,
  isCount,
  type MeltQuenchParameters,
  parametersFor,
} from "./parameters.ts";

export interface MaxSetFillParameters extends MeltQuenchParameters {
  /** A device that conducts less after the preparation is prepared again, at most so many times in all. */
  readonly setSiemens: number;
  readonly maxSets: number;
  /** The readings of the SET devices, which the target of the analog one is what is left of. */
  readonly estimate: EstimationParameters;
}

/** The patent gives the method and no numbers; the analog device is programmed with the parameters of melt-quench. */
export function maxSetFillParametersFor(descriptor: Descriptor): MaxSetFillParameters {
  const base = parametersFor(descriptor);
  return {
    ...base,
    calmAfterIterations: 10,
    setSiemens: base.deviceSiemens / 2,
    maxSets: 3,
    estimate: { reads: 8, averages: Math.min(16, descriptor.read.maxAverages) },
  };
}

/** @throws LabError USAGE. */
export function assertMaxSetFillConsistent(parameters: MaxSetFillParameters): void {
  assertConsistent(parameters);
  assertNoFault([
    [parameters.setSiemens > 0, `a SET device of ${parameters.setSiemens} S conducts nothing`],
    isCount("preparations", parameters.maxSets),
    isCount("readings of the SET devices", parameters.estimate.reads),
  ]);
}
