/** Energy of pulse trains, as far as a chip lets it be known. */

import { countNonZero } from "../core/bytes.ts";
import { type Descriptor, nominalAmperesPerCode } from "./descriptor.ts";
import { pulseJoules } from "./envelope.ts";
import type { PulseTrain } from "./pulse.ts";

/**
 * Upper bound of the energy of a train (J): every pulse at the whole supply voltage that the envelope names and at its nominal
 * current. Undefined for a chip without an envelope, whose supply nobody knows.
 */
export function trainJoules(descriptor: Descriptor, train: PulseTrain): number | undefined {
  const { envelope } = descriptor;
  if (envelope === undefined) return undefined;
  const amperesPerCode = nominalAmperesPerCode(descriptor);
  const joules = (code: number, shape: Parameters<typeof pulseJoules>[2]): number =>
    pulseJoules(envelope.supplyVolts, code * amperesPerCode, shape);
  if (train.kind === "per-cell") {
    let codes = 0;
    for (let i = 0; i < train.amplitudeCodes.length; i++) codes += train.amplitudeCodes[i]!;
    return joules(codes, train.shape);
  }
  const cells = countNonZero(train.mask);
  return cells * train.steps.reduce((sum, step) => sum + joules(step.amplitudeCode, step), 0);
}
