import { describe, expect, test } from "vitest";
import { dacTolerance, fitDac } from "../../calibration/converter/dac.ts";

const step = 1e-7;
const codes = Uint16Array.from({ length: 1024 }, (_, code) => code);
const amperes = (change: (code: number) => number): Float32Array =>
  Float32Array.from(codes, (code) => (code === 0 ? 0 : step * change(code)));

describe("a DAC", () => {
  test("that is a line has its gain and no fault", () => {
    const fit = fitDac(
      codes,
      amperes((code) => 1.03 * code + 0.5),
      step,
    );
    expect(fit.amperesPerCode / step).toBeCloseTo(1.03, 6);
    expect(fit.gainError).toBeCloseTo(0.03, 6);
    expect(fit.offsetAmperes / step).toBeCloseTo(0.5, 3);
    expect(fit.nonlinearityCodes).toBeLessThan(1e-3);
    expect(fit.faults).toEqual([]);
  });

  test("shows its largest distance from the best line, and where", () => {
    // One code of a thousand moves the line by hundredths.
    const fit = fitDac(
      codes,
      amperes((code) => code + (code === 600 ? 3 : 0)),
      step,
    );
    expect(fit.worstCode).toBe(600);
    expect(fit.nonlinearityCodes).toBeCloseTo(3, 1);
  });

  test("takes no notice of code 0, which is no current", () => {
    const fit = fitDac(
      codes,
      amperes((code) => code + 4),
      step,
    );
    expect(fit.offsetAmperes / step).toBeCloseTo(4, 3);
    expect(fit.nonlinearityCodes).toBeLessThan(1e-3);
  });

  test.each<[string, (code: number) => number, RegExp]>([
    ["gain", (code) => 0.94 * code, /^gain -6\.0 % off, tolerated 5\.0 %$/],
    ["steps", (code) => code + (code === 300 ? 9 : 0), /^code 300 lies 9\.0 codes off/],
    ["offset", (code) => code - 9, /^offset -9\.0 codes, tolerated 8$/],
  ])("whose %s are out of tolerance says so", (_, change, message) => {
    const { faults } = fitDac(codes, amperes(change), step, dacTolerance);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(message);
  });

  test("needs two codes above 0", () => {
    expect(() => fitDac(Uint16Array.of(0, 5), Float32Array.of(0, 1), step)).toThrow(RangeError);
  });
});
