import { describe, expect, test } from "vitest";
import { conductances, nominalCalibration, uniformCalibration } from "../../src/chip/readout.ts";
import { smallDescriptor } from "./numerical-chip.ts";

const region = { rows: 2, columns: 3, column: 1 };
const calibration = {
  name: "by hand",
  siemensPerCode: Float64Array.of(9, 1e-7, 2e-7, 4e-7),
  offsetCodes: Float64Array.of(9, 0, 10, -5),
  success: Uint8Array.of(1, 1, 1, 1),
};

describe("conductances", () => {
  test("take each bit line by its own converter, counted from bit line 0 of the array", () => {
    const sums = Uint16Array.of(20, 40, 60, 200, 20, 4);
    const expected = [10e-7, 10 * 2e-7, 35 * 4e-7, 100e-7, 0, 7 * 4e-7];
    conductances(sums, 2, calibration, region).forEach((siemens, cell) => {
      expect(siemens).toBeCloseTo(expected[cell]!, 12);
    });
  });

  test("count code 0 as none where a negative offset hides small ones, and keep noise below zero elsewhere", () => {
    const siemens = conductances(Uint16Array.of(0, 0, 0, 0, 12, 2), 2, calibration, region);
    expect([...siemens]).toEqual([
      0,
      Math.fround(-10 * 2e-7),
      0,
      0,
      Math.fround(-4 * 2e-7),
      Math.fround(6 * 4e-7),
    ]);
  });

  test("of the nominal calibration are code times step", () => {
    const nominal = nominalCalibration(smallDescriptor);
    expect(nominal.siemensPerCode.length).toBe(16);
    expect(conductances(Uint16Array.of(4095, 819), 1, nominal, { rows: 1, columns: 2, column: 14 })).toEqual(
      Float32Array.of(50e-6, 10e-6),
    );
  });

  test("need a sum for each cell, and converters as far as the region reaches", () => {
    expect(() => conductances(new Uint16Array(5), 1, calibration, region)).toThrow(RangeError);
    expect(() => conductances(new Uint16Array(6), 1, calibration, { ...region, column: 2 })).toThrow(
      RangeError,
    );
    const uniform = uniformCalibration({ name: "one", siemensPerCode: 1e-7, offsetCodes: 0 }, 4);
    expect(conductances(new Uint16Array(6).fill(10), 1, uniform, region)[5]).toBeCloseTo(1e-6, 12);
  });
});
