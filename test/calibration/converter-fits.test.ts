import { describe, expect, test } from "vitest";
import { columnStates } from "../../calibration/converter/column-state.ts";
import { type ConverterFits, fitConverters } from "../../calibration/converter/fit-converters.ts";
import { calibrationParametersFor } from "../../calibration/converter/parameters.ts";
import { nominalSiemensPerCode } from "../../src/chip/descriptor.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { type FormulaConverter, parameters, readingsBy, referenced } from "./converter-readings.ts";

const nominal = nominalSiemensPerCode(referenced);

function fitted(
  converters: readonly FormulaConverter[],
  options: { seed?: number; roundEach?: boolean } = {},
): ConverterFits {
  return fitConverters(readingsBy({ converters, ...options }), converters.length, referenced, parameters);
}

const statesOf = ({ states }: ConverterFits): string[] =>
  Array.from(states, (code) => columnStates[code] ?? "?");

describe("gain and offset", () => {
  test("of converters without noise come out exactly", () => {
    // Sums of 64 conversions: these codes are whole sixty-fourths.
    const converters = [
      { gain: 1, offsetCodes: 2 },
      { gain: 1.25, offsetCodes: 4.5 },
      { gain: 0.75, offsetCodes: -3 },
      { gain: 0.5, offsetCodes: 10.25 },
    ];
    const fits = fitted(converters);
    for (const [column, { gain, offsetCodes }] of converters.entries()) {
      expect(fits.siemensPerCode[column]! / nominal).toBeCloseTo(1 / gain, 9);
      expect(fits.offsetCodes[column]).toBeCloseTo(offsetCodes, 9);
      expect(fits.residualCodes[column]).toBeLessThan(1e-9);
      expect(fits.noiseCodes[column]).toBe(0);
    }
    expect(statesOf(fits)).toEqual(["calibrated", "calibrated", "calibrated", "calibrated"]);
  });

  test("keep to their error bars: two thirds within one standard error, and none beyond five", () => {
    const prng = seededPrng(3);
    const converters = Array.from({ length: 400 }, () => ({
      gain: 1 + 0.2 * Math.max(-2, Math.min(2, prng.normal())),
      offsetCodes: 5 * prng.normal(),
      noiseCodes: 0.5,
      // References of 0.1 %, each its own.
      bend: mismatch(prng.normal),
    }));
    const fits = fitted(converters, { seed: 8, roundEach: true });
    const gains = converters.map(
      ({ gain }, column) => (nominal / fits.siemensPerCode[column]! / gain - 1) / fits.gainErrors[column]!,
    );
    const offsets = converters.map(
      ({ offsetCodes }, column) => (fits.offsetCodes[column]! - offsetCodes) / fits.offsetErrorCodes[column]!,
    );
    for (const errors of [gains, offsets]) {
      const rms = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
      expect(rms).toBeGreaterThan(0.85);
      expect(rms).toBeLessThan(1.15);
      expect(Math.max(...errors.map(Math.abs))).toBeLessThan(5);
    }
    expect(statesOf(fits).filter((state) => state !== "calibrated")).toEqual([]);
  });

  test("do not rest on references at an end of the range", () => {
    // 40 µS would be code 320; 0 S would be code -20.
    const fits = fitted([{ gain: 1.6, offsetCodes: -20 }]);
    expect(fits.siemensPerCode[0]! / nominal).toBeCloseTo(1 / 1.6, 9);
    expect(fits.offsetCodes[0]).toBeCloseTo(-20, 8);
  });
});

/** A fixed relative error of each reference; the same at every voltage. */
function mismatch(normal: () => number): (reference: number) => number {
  const codes = [0, 25, 50, 100, 200].map((nominalCodes) => 1e-3 * nominalCodes * normal());
  return (reference) => codes[reference]!;
}

describe("the noise floor", () => {
  test.each([0.3, 0.8])("of %f codes is found, with what rounding adds", (noiseCodes) => {
    const converters = Array.from({ length: 100 }, (_, n) => ({
      gain: 1,
      offsetCodes: 3 + n / 100,
      noiseCodes,
    }));
    const { noiseCodes: found } = fitted(converters, { roundEach: true });
    const variance = found.reduce((sum, noise) => sum + noise * noise, 0) / found.length;
    expect(variance).toBeGreaterThan(0.9 * (noiseCodes ** 2 + 1 / 12));
    expect(variance).toBeLessThan(1.1 * (noiseCodes ** 2 + 1 / 12));
  });
});

describe("a converter fails", () => {
  const good = { gain: 1.1, offsetCodes: 3, noiseCodes: 0.3 };
  test.each<[string, FormulaConverter, string]>([
    ["that answers the same code to everything", { gain: 0, offsetCodes: 90 }, "dead"],
    ["that answers nothing", { gain: 0, offsetCodes: 0 }, "dead"],
    ["whose codes fall with conductance", { gain: -0.5, offsetCodes: 200 }, "dead"],
    ["that is saturated by all references but one", { gain: 12, offsetCodes: 30 }, "saturated"],
    ["whose noise is many codes", { ...good, noiseCodes: 3 }, "noisy"],
    ["that bends", { ...good, bend: (reference) => (reference === 3 ? 1.5 : 0) }, "nonlinear"],
    [
      "whose gain follows the read voltage",
      { ...good, bend: (reference, volts) => (volts < 0.3 ? 2 * reference : 0) },
      "voltage-dependent",
    ],
    [
      "whose offset follows the read voltage",
      { ...good, bend: (_, volts) => (volts < 0.3 ? 1.5 : 0) },
      "voltage-dependent",
    ],
  ])("%s, and its neighbours do not", (_, bad, state) => {
    const fits = fitted([good, bad, good], { roundEach: true });
    expect(statesOf(fits)).toEqual(["calibrated", state, "calibrated"]);
    expect(Array.from(fits.siemensPerCode).every((siemens) => siemens > 0)).toBe(true);
  });

  test("that has no reference on its bit line", () => {
    const readings = readingsBy({ converters: [good, good] });
    const fits = fitConverters(readings, 3, referenced, parameters);
    expect(statesOf(fits)).toEqual(["calibrated", "calibrated", "unreferenced"]);
    expect(fits.siemensPerCode[2]).toBe(nominal);
  });
});

test("how far read voltages agree is told for each", () => {
  const bend = (reference: number, volts: number): number =>
    volts === 0.1 ? 0.002 * [0, 25, 50, 100, 200][reference]! : 0;
  const { voltages } = fitted([{ gain: 1, offsetCodes: 4, bend }]);
  expect(voltages.map(({ readVolts, comparedColumns }) => [readVolts, comparedColumns])).toEqual([
    [0.1, 1],
    [0.2, 1],
  ]);
  // Sums of 64 codes are whole: a gain is known to a part in ten thousand.
  expect(voltages[0]?.worstGainDifference).toBeCloseTo(0.002, 4);
  expect(voltages[1]?.worstGainDifference).toBe(0);
});

test("readings of one voltage that do not belong together are a programmer's error", () => {
  const readings = readingsBy({ converters: [{ gain: 1, offsetCodes: 2 }] });
  const [first, ...rest] = readings;
  expect(() => fitConverters([{ ...first!, averages: 5 }, ...rest], 1, referenced, parameters)).toThrow(
    RangeError,
  );
  expect(() => fitConverters(readings.slice(0, 1), 1, referenced, parameters)).toThrow(RangeError);
});

test("noise and offsets are allowed the same part of the range whatever the bits: 2 codes of 8 are 32 of 12", () => {
  const ofBits = (adcBits: number) =>
    calibrationParametersFor({ ...referenced, read: { ...referenced.read, adcBits } });
  expect(ofBits(8)).toMatchObject({ maxNoiseCodes: 2, voltageOffsetCodes: 0.5 });
  expect(ofBits(12)).toMatchObject({ maxNoiseCodes: 32, voltageOffsetCodes: 8 });
  // Below 8 bits rounding itself is that much.
  expect(ofBits(6)).toMatchObject({ maxNoiseCodes: 2, voltageOffsetCodes: 0.5 });
});
