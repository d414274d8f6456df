import { describe, expect, test } from "vitest";
import { builtinProfile, parseProfile } from "../../mocks/array/profile.ts";
import type { StateLaw } from "../../mocks/device/parameters.ts";
import { evaluateLaw } from "../../mocks/device/state-law.ts";
import { labErrorOf } from "../store/failure.ts";

const table: StateLaw = {
  kind: "table",
  points: [
    { g: 0.01, value: 0.1 },
    { g: 0.1, value: 0.06 },
    { g: 1, value: 0.05 },
  ],
};
const at = (g: number): number => evaluateLaw(table, Math.log(g));

describe("a law as a table", () => {
  test("goes through its points, and is straight over ln g between them", () => {
    for (const { g, value } of table.points) expect(at(g)).toBeCloseTo(value, 10);
    expect(at(Math.sqrt(0.01 * 0.1))).toBeCloseTo(0.08, 10);
    expect(at(0.1 * 10 ** 0.25)).toBeCloseTo(0.06 - 0.25 * 0.01, 10);
  });

  test("keeps the values of its ends", () => {
    expect([at(1e-7), at(0.005), at(1.5), at(10)]).toEqual([0.1, 0.1, 0.05, 0.05]);
  });

  test("of one point is a constant", () => {
    const constant: StateLaw = { kind: "table", points: [{ g: 0.3, value: 0.02 }] };
    for (const g of [1e-7, 0.3, 2]) expect(evaluateLaw(constant, Math.log(g))).toBe(0.02);
  });

  test("is refused in a profile when its points do not rise", () => {
    const tiny = builtinProfile("tiny");
    const nuMean = { kind: "table", points: table.points.toReversed() };
    const failure = labErrorOf(() =>
      parseProfile({ ...tiny, device: { ...tiny.device, drift: { ...tiny.device.drift, nuMean } } }),
    );
    expect(failure.code).toBe("BAD_PROFILE");
    expect(failure.message).toContain("drift.nuMean.points.0.g is 1, and must be at most");
  });
});
