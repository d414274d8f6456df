/** When RESET-first programming calls a device stuck. */

import { describe, expect, test } from "vitest";
import type { Decision } from "../../calibration/program-verify/algorithm.ts";
import { underWay } from "../../calibration/program-verify/band-state.ts";
import { partialSet } from "../../calibration/program-verify/partial-set.ts";
import { partialSetParametersFor } from "../../calibration/program-verify/partial-set-parameters.ts";
import { type CellOutcome, cellOutcomes } from "../../src/chip/outcome.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { smallDescriptor } from "../chip/numerical-chip.ts";

const parameters = { ...partialSetParametersFor(smallDescriptor), rereads: 0 };

/** Two devices of one weight; the second has the target 0. */
const block: WeightBlock = {
  rows: 1,
  columns: 1,
  devicesPerWeight: 2,
  parts: [{ region: { array: 0, row: 0, column: 0, rows: 1, columns: 2 }, devices: [0, 1] }],
};

/** What becomes of the first device, whose readings (µS) come one after the other; the last one stays. */
function outcomeOf(targetMicrosiemens: number, readings: readonly number[]): CellOutcome | "under way" {
  const steps = partialSet(parameters).steps({
    block,
    targets: Float32Array.of(targetMicrosiemens * 1e-6),
    knownBad: new Uint8Array(2),
    descriptor: smallDescriptor,
  });
  let decision: Decision = steps.begin();
  for (const reading of readings)
    if (decision.state.outcomes[0] === underWay)
      decision = steps.next(decision.state, Float32Array.of(reading * 1e-6, 0));
  return cellOutcomes[decision.state.outcomes[0]!] ?? "under way";
}

const { maxResets, stuckIterations } = parameters;

describe("a device", () => {
  test("that overshoots a small target after many pulses goes back to RESET", () => {
    const growing = new Array(maxResets + 2).fill(0.1);
    expect(outcomeOf(0.6, [...growing, 1.05])).toBe("under way");
  });

  test("that stays far above its target is stuck high", () => {
    expect(outcomeOf(5, new Array(maxResets + 1).fill(30))).toBe("stuck-high");
  });

  test("that stays far below its target at the strongest pulse is stuck low", () => {
    expect(outcomeOf(5, new Array(stuckIterations + 30).fill(0.1))).toBe("stuck-low");
  });
});
