/** Parameters of RESET-first programming by partial SET. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import { assertConsistent, assertNoFault, type MeltQuenchParameters, parametersFor } from "./parameters.ts";

export interface PartialSetParameters
  extends Omit<MeltQuenchParameters, "preparation" | "startAmperes" | "gainAmperesPerSiemens"> {
  /** Amplitude of the first SET pulse after a RESET, and the change from one to the next; it is halved by every overshoot, down to the smallest. */
  readonly startAmperes: number;
  readonly stepAmperes: number;
  readonly smallestStepAmperes: number;
  /** An overshoot up to this may be read noise: the device is read again, so many times, before it loses what it has. */
  readonly doubtSiemens: number;
  readonly rereads: number;
}

/**
 * SET pulses of 50 ns between 25 µA, below which the chip gives none, and 100 µA, the largest of the characterisation of Sebastian
 * et al. 2017 (FACTS.md 1.1), far below melting. The steps and the number of pulses are our choice. On another chip the currents go
 * with its largest one, as for melt-quench.
 */
export function partialSetParametersFor(descriptor: Descriptor): PartialSetParameters {
  const { preparation: ___, startAmperes: _, gainAmperesPerSiemens: __, ...base } = parametersFor(descriptor);
  const factor = base.maxAmperes / publishedLargestAmperes;
  return {
    ...base,
    pulseWidthSeconds: Math.min(200e-9, descriptor.program.maxWidthSeconds),
    minAmperes: factor * 25e-6,
    maxAmperes: factor * 100e-6,
    startAmperes: factor * 30e-6,
    stepAmperes: factor * 8e-6,
    smallestStepAmperes: factor * 1e-6,
    doubtSiemens: 2e-6,
    rereads: 4,
    maxIterations: 200,
  };
}

/** `maxAmperes` of the melt-quench loop that the pulses above belong to. */
const publishedLargestAmperes = 400e-6;

/** @throws LabError USAGE. */
export function assertPartialSetConsistent(parameters: PartialSetParameters): void {
  const { startAmperes, stepAmperes, smallestStepAmperes, minAmperes, maxAmperes } = parameters;
  const { doubtSiemens, rereads } = parameters;
  assertConsistent(parameters);
  assertNoFault([
    [
      startAmperes >= minAmperes && startAmperes <= maxAmperes,
      `the first SET pulse of ${startAmperes} A is outside ${minAmperes} to ${maxAmperes} A`,
    ],
    [
      smallestStepAmperes > 0 && smallestStepAmperes <= stepAmperes,
      `steps of ${stepAmperes} A cannot shrink to ${smallestStepAmperes} A`,
    ],
    [doubtSiemens >= 0, `an overshoot of ${doubtSiemens} S is none`],
    [Number.isInteger(rereads) && rereads >= 0 && rereads < 255, `rereads must be 0 to 254, not ${rereads}`],
  ]);
}
