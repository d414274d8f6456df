import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gdcScale } from "../../calibration/compensation/gdc.ts";

const weights = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 })
  .map((values) => Float32Array.from(values))
  .filter((values) => values.some((value) => Math.abs(value) > 0.01));

describe("global drift compensation", () => {
  it("undoes exactly a drift that is the same for all devices", () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 0.15, noNaN: true }), (reference, nu) => {
        const left = (86_400 / 25) ** -nu;
        const alpha = gdcScale(
          reference,
          reference.map((w) => w * left),
        );
        expect(alpha).toBeCloseTo(1 / left, 5);
      }),
    );
  });

  it("is the ratio of mean magnitudes, whatever the signs", () => {
    expect(gdcScale(Float32Array.of(1, -3), Float32Array.of(-0.5, 0.5))).toBeCloseTo(4);
  });

  it("treats means below 1e-4 of the largest reference weight as that", () => {
    expect(gdcScale(Float32Array.of(2, 0), Float32Array.of(0, 0))).toBeCloseTo(1 / 2e-4, 1);
  });

  it("leaves a layer of zeros alone", () => {
    expect(gdcScale(Float32Array.of(0, 0), Float32Array.of(0.1, 0))).toBe(1);
  });

  it("refuses readings of another layer", () => {
    expect(() => gdcScale(new Float32Array(3), new Float32Array(2))).toThrow(TypeError);
  });
});
