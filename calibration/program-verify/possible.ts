/** Whether a chip can do what parameters ask for, found out before anything is sent. */

import { type Descriptor, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { assertPulseAllowed, assertReadAllowed } from "../../src/chip/limits.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { feedbackTrains, preparationTrains } from "./melt-quench.ts";
import type { MeltQuenchParameters } from "./parameters.ts";

const oneCell = { array: 0, row: 0, column: 0, rows: 1, columns: 1 };

/** @throws LabError LIMIT when any train or reading that the parameters lead to is beyond the descriptor. */
export function assertPossible(parameters: MeltQuenchParameters, descriptor: Descriptor): void {
  try {
    for (const train of trainsOf(parameters, descriptor)) assertPulseAllowed(descriptor, oneCell, train);
    assertReadAllowed(descriptor, oneCell, parameters);
  } catch (cause) {
    if (!(cause instanceof LabError)) throw cause;
    throw new LabError("LIMIT", `the chip cannot be programmed in this way: ${textOf(cause)}`, {
      next: "nothing was sent; the programming parameters have to suit the limits that `pcmlab identify` prints",
      cause,
    });
  }
}

/** Every shape of train, with the smallest and the largest amplitude. */
function trainsOf(parameters: MeltQuenchParameters, descriptor: Descriptor): PulseTrain[] {
  const amperesPerCode = nominalAmperesPerCode(descriptor);
  const targets = [0, descriptor.read.fullScaleSiemens];
  const amplitudes = [parameters.minAmperes, parameters.startAmperes, parameters.maxAmperes];
  return [
    ...targets.flatMap((target) => preparationTrains(Float32Array.of(target), descriptor, parameters)),
    ...amplitudes.flatMap((amperes) =>
      feedbackTrains(
        {
          amplitudeCodes: Uint16Array.of(Math.round(amperes / amperesPerCode)),
          resetMask: Uint8Array.of(0),
        },
        descriptor,
        parameters,
      ),
    ),
  ];
}
