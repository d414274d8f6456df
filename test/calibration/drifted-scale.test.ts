import { expect, test } from "vitest";
import { driftedScale } from "../../calibration/program-verify/drifted-scale.ts";

const targets = Float32Array.of(10e-6, -4e-6, 0, 2e-6);

test("is what all weights have kept of their targets", () => {
  expect(
    driftedScale(
      targets,
      targets.map((target) => 0.8 * target),
    ),
  ).toBeCloseTo(0.8, 6);
  // Errors that have nothing to do with the targets do not move it: 10 x 2 - 4 x 5 = 0.
  const errors = Float32Array.of(2e-6, 5e-6, 3e-6, 0);
  expect(
    driftedScale(
      targets,
      targets.map((target, k) => 0.8 * target + errors[k]!),
    ),
  ).toBeCloseTo(0.8, 6);
});

test("is no more than the targets, and no less than a fifth of them", () => {
  expect(
    driftedScale(
      targets,
      targets.map((target) => 1.3 * target),
    ),
  ).toBe(1);
  expect(driftedScale(targets, new Float32Array(4))).toBe(0.2);
  expect(driftedScale(new Float32Array(4), errorsOfNothing)).toBe(1);
});

const errorsOfNothing = Float32Array.of(1e-7, -1e-7, 0, 2e-7);
