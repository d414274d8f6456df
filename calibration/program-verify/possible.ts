/** Whether a chip can do what parameters ask for, found out before anything is sent. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import { allowedFrom, fullBudget, pulseSeconds } from "../../src/chip/duty-budget.ts";
import { assertPulseAllowed, assertReadAllowed } from "../../src/chip/limits.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import type { MeltQuenchParameters } from "./parameters.ts";
import { emptyPlan, type PulseShapes, trainsOf } from "./pulse-plan.ts";

const oneCell = { array: 0, row: 0, column: 0, rows: 1, columns: 1 };

/** @throws LabError LIMIT when any train or reading that the parameters lead to is beyond the descriptor. */
export function assertPossible(
  parameters: MeltQuenchParameters,
  descriptor: Descriptor,
  cells?: number,
): void {
  const { minAmperes, startAmperes, maxAmperes, averages, late, readVolts } = parameters;
  assertAllowed(
    descriptor,
    trainsWith([minAmperes, startAmperes, maxAmperes], parameters, descriptor),
    [averages, late.averages].map((count) => ({ averages: count, readVolts })),
    cells,
  );
}

/**
 * @param cells that may get one of the trains at a time; the duty of the envelope has to allow that.
 * @throws LabError LIMIT when any of the trains, which are for one device, or of the readings is beyond the descriptor.
 */
export function assertAllowed(
  descriptor: Descriptor,
  trains: readonly PulseTrain[],
  readings: readonly { readonly averages: number; readonly readVolts: number }[],
  cells = 1,
): void {
  try {
    for (const train of trains) {
      assertPulseAllowed(descriptor, oneCell, train);
      assertDutyAllows(descriptor, cells * pulseSeconds(train));
    }
    for (const reading of readings) assertReadAllowed(descriptor, oneCell, reading);
  } catch (cause) {
    if (!(cause instanceof LabError)) throw cause;
    throw new LabError("LIMIT", `the chip cannot be programmed in this way: ${textOf(cause)}`, {
      next: "nothing was sent; the programming parameters have to suit the limits that `pcmlab identify` prints",
      cause,
    });
  }
}

/** Less than the whole budget can be waited for. */
function assertDutyAllows({ envelope }: Descriptor, seconds: number): void {
  if (envelope !== undefined) allowedFrom(envelope, fullBudget(envelope, 0), seconds);
}

/** Every kind of train for one device, the pulses of the loop with the given amplitudes (A). */
export function trainsWith(
  amplitudes: readonly number[],
  shapes: PulseShapes,
  descriptor: Descriptor,
): PulseTrain[] {
  const shared = { ...emptyPlan(1), reset: Uint8Array.of(1), prepare: Uint8Array.of(1) };
  return [
    ...trainsOf(shared, shapes, descriptor),
    ...amplitudes.flatMap((amperes) =>
      trainsOf({ ...emptyPlan(1), amperes: Float32Array.of(amperes) }, shapes, descriptor),
    ),
  ];
}
