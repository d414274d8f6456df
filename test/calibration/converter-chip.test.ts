/** The emulated chip is calibrated through the Chip port, and its own truth says how well. */

import { describe, expect, test } from "vitest";
import { hasReferences, measureConverters, readingsOf } from "../../calibration/converter/measure.ts";
import { drawColumnErrors, drawDacAmperes } from "../../mocks/array/column-errors.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { mix } from "../../mocks/device/keyed-normal.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { nominalSiemensPerCode } from "../../src/chip/descriptor.ts";
import { withLimits } from "../../src/chip/limits.ts";
import { numericalChip } from "../chip/numerical-chip.ts";
import { openEmulator } from "../physics/lab.ts";

const seed = 7;
const tiny = builtinProfile("tiny");
/** What the issue asks for: ±20 % of gain, and offsets of 2 % of 255 codes. */
const spread = { gainSpread: 0.2, offsetSpreadCodes: 5.1 };
const wide: ChipProfile = {
  ...tiny,
  arrays: tiny.arrays.map((array) => ({ ...array, columns: 512 })),
  converter: { ...tiny.converter, ...spread },
};

const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe("converters with gains of ±20 % and offsets of 2 % of full scale", () => {
  test("are known to better than 0.5 % of gain, every one of them", async () => {
    const chip = withLimits(await openEmulator(wide, seed));
    const { fits } = await measureConverters(chip);
    const truth = drawColumnErrors(mix(seed), 512, spread);
    const nominal = nominalSiemensPerCode(chip.descriptor);
    const gains = Array.from(
      truth.gain,
      (gain, column) => (fits.siemensPerCode[column]! / nominal) * gain - 1,
    );
    const offsets = Array.from(truth.offsetCodes, (codes, column) => fits.offsetCodes[column]! - codes);
    expect(Array.from(fits.states).filter((state) => state !== 0)).toEqual([]);
    expect(Math.max(...gains.map(Math.abs))).toBeLessThan(0.005);
    expect(rms(gains)).toBeLessThan(0.0015);
    expect(rms(offsets)).toBeLessThan(0.1);
    await chip.close();
  });
});

describe("a measurement of the converters", () => {
  test("keeps what it read, when and how warm, and pulses nothing", async () => {
    const chip = withLimits(await openEmulator(tiny, seed));
    const { pulse: _, ...reading } = chip;
    let readings = 0;
    const onReading = (): void => {
      readings++;
    };
    const done = await measureConverters({ ...reading, pulse: refusing }, { onReading });
    expect([readings, done.readings.length]).toEqual([readingsOf(chip), readingsOf(chip)]);
    expect(done.temperatureKelvin).toBeCloseTo(300, 6);
    // 5 x 64 references, 64 conversions of 1 µs each, 12 times.
    expect(done.lastSampleSeconds - done.firstSampleSeconds).toBeCloseTo(320 * 64e-6 * readings, 5);
    const sums = done.readings.map(({ codeSums }) => codeSums.length);
    expect(sums.reduce((sum, length) => sum + length, 0)).toBe(320 * readings);
    await chip.close();
  });

  test("finds the gain of the DAC and its steps", async () => {
    const chip = withLimits(await openEmulator(tiny, seed));
    const { dac } = await measureConverters(chip);
    const step = tiny.program.fullScaleAmperes / 4095;
    const truth = drawDacAmperes(mix(seed), 4095, step, tiny.converter);
    expect(dac?.codes.length).toBe(4096);
    const errors = Array.from(dac?.amperes ?? [], (amperes, code) => (amperes - truth[code]!) / 20e-9);
    expect(rms(errors)).toBeGreaterThan(0.95);
    expect(rms(errors)).toBeLessThan(1.05);
    const slope =
      truth.reduce((sum, amperes, code) => sum + amperes * code, 0) /
      truth.reduce((sum, __, code) => sum + code * code, 0);
    expect(dac?.fit.amperesPerCode ?? 0).toBeGreaterThan(slope * (1 - 1e-4));
    expect(dac?.fit.amperesPerCode ?? 0).toBeLessThan(slope * (1 + 1e-4));
    expect(dac?.fit.faults).toEqual([]);
    await chip.close();
  });

  test("leaves the DAC out on a board that cannot measure currents", async () => {
    const { currentSense: _, ...without } = tiny;
    const chip = withLimits(await openEmulator(without, seed));
    expect(chip.descriptor.features).not.toContain("measure-current");
    expect((await measureConverters(chip)).dac).toBeUndefined();
    await expect(chip.measureCurrents(Uint16Array.of(1))).rejects.toMatchObject({ code: "LIMIT" });
    await chip.close();
  });

  test("is refused by a chip without references, and stops when it is told to", async () => {
    const { chip } = numericalChip(() => 0);
    expect(hasReferences(chip)).toBe(false);
    await expect(measureConverters(chip)).rejects.toMatchObject({
      code: "LIMIT",
      message: "formula 1 has no reference resistors",
    });
    const other = await openEmulator(tiny, seed);
    await expect(measureConverters(other, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    await other.close();
  });

  test("reads references in several requests where one would be too large", async () => {
    const small: ChipProfile = { ...tiny, maxCellsPerRequest: 48 };
    const [chip, whole] = [withLimits(await openEmulator(small, seed)), await openEmulator(tiny, seed)];
    const [parts, once] = [await measureConverters(chip), await measureConverters(whole)];
    // Two stripes of 48 and 16 bit lines, of five requests and of two.
    expect(readingsOf(chip)).toBe(7 * readingsOf(whole));
    expect(Array.from(parts.fits.states)).toEqual(Array.from(once.fits.states));
    parts.fits.siemensPerCode.forEach((siemens, column) => {
      expect(siemens / once.fits.siemensPerCode[column]!).toBeCloseTo(1, 2);
    });
    await Promise.all([chip.close(), whole.close()]);
  });
});

const refusing: Chip["pulse"] = async () => {
  throw new TypeError("a calibration pulses nothing");
};
