import { describe, expect, test } from "vitest";
import { methodNames } from "../../calibration/methods/names.ts";
import { hermesCore } from "../../mocks/array/profiles/hermes-core.ts";
import { powerUp } from "../../mocks/host/power-up.ts";
import { chosenAlgorithm, plannedAlgorithm, storedChoice } from "../../src/cli/actions/chosen-algorithm.ts";
import { LabError } from "../../src/core/errors.ts";
import { runId } from "../../src/store/identity.ts";
import type { StoredPlan } from "../../src/store/programming-plans.ts";

const { descriptor } = powerUp({ profile: hermesCore, seed: 1 }, { bootId: 1 }).firmware;
const limits = { gmaxSiemens: 10e-6, devicesPerWeight: 4 } as const;

/** A plan as the store gives it back: through JSON. */
function planned(algorithm: (typeof methodNames)[number], changes: object = {}): StoredPlan {
  const { parameters } = plannedAlgorithm(chosenAlgorithm({ algorithm }, descriptor, limits));
  const stored: StoredPlan["parameters"] = JSON.parse(JSON.stringify({ ...parameters, ...changes }));
  return { run: runId(1), algorithm, parameters: stored, calibration: null, limits: {}, marks: [] };
}

describe.each(methodNames)("a stored plan of %s", (algorithm) => {
  test("is gone on with as it is, whatever this version would choose for the chip", () => {
    const plan = planned(algorithm);
    const { program } = descriptor;
    const weaker = { ...descriptor, program: { ...program, maxAmperes: program.maxAmperes / 2 } };
    expect(plannedAlgorithm(storedChoice(plan, weaker))).toEqual({ algorithm, parameters: plan.parameters });
  });

  test.each([
    ["a parameter that this version does not have", { cleverness: 3 }],
    ["a number that is text", { averages: "five", inputSeed: "one" }],
    ["times of late verification that are none", { verifyAtSeconds: [0] }],
  ])("with %s is refused, with what to do", (_, changes) => {
    const attempt = (): unknown => storedChoice(planned(algorithm, changes), descriptor);
    expect(attempt).toThrow(LabError);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: "STORE_CONTENT",
        next: expect.stringContaining("pcmlab that began it"),
      }),
    );
  });
});

test("a stored plan of an algorithm that is not known is refused", () => {
  const plan = { ...planned("melt-quench"), algorithm: "telepathy" };
  expect(() => storedChoice(plan, descriptor)).toThrow(/telepathy, which this pcmlab does not know/);
});
