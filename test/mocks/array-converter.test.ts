import { describe, expect, test } from "vitest";
import { drawDacAmperes } from "../../mocks/array/column-errors.ts";
import { type Crossbar, createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { mix } from "../../mocks/device/keyed-normal.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import type { Region } from "../../src/chip/region.ts";

const tiny = builtinProfile("tiny");
const whole: Region = { array: 0, row: 0, column: 0, rows: 64, columns: 64 };
const cell = (row: number, column: number): Region => ({ array: 0, row, column, rows: 1, columns: 1 });

const everywhere = (cells: number, microamperes: number): PulseTrain => ({
  kind: "per-cell",
  shape: { widthSeconds: 1e-6, trailingSeconds: 0 },
  amplitudeCodes: new Uint16Array(cells).fill(Math.round((microamperes / 500) * 4095)),
});

/** Devices without read noise. */
const still: ChipProfile["device"] = {
  ...tiny.device,
  readNoise: {
    ...tiny.device.readNoise,
    relative: { kind: "power", coefficient: 1e-12, exponent: 0, max: 1 },
  },
};

const idealConverter: ChipProfile["converter"] = {
  whiteNoiseCodes: 0,
  gainSpread: 0,
  offsetSpreadCodes: 0,
  dacGainSpread: 0,
  dacStepSpread: 0,
  resistorSpread: 0,
};

describe("the converter", () => {
  const quiet: ChipProfile = { ...tiny, converter: idealConverter };

  test("rounds the conductance to codes of full scale / 255", () => {
    const chip = createCrossbar(quiet, 1);
    const truth = chip.conductances(whole, 0);
    // The first cell is read at age 0 of the chip, before any noise has accumulated.
    const { codeSums } = chip.read(cell(0, 0), { averages: 1, readVolts: 0.3 }, 0);
    expect(codeSums[0]).toBe(Math.round(((truth[0] ?? 0) / 50e-6) * 255));
  });

  test("saturates at the largest code and says how many cells did", () => {
    const narrow: ChipProfile = { ...quiet, read: { ...tiny.read, fullScaleSiemens: 35e-6 } };
    const chip = createCrossbar(narrow, 1);
    const { codeSums, saturatedCells } = chip.read(whole, { averages: 1, readVolts: 0.3 }, 1);
    const atTop = codeSums.filter((code) => code === 255).length;
    expect(saturatedCells).toBe(atTop);
    expect(atTop).toBeGreaterThan(0.3 * 4096);
    expect(Math.max(...codeSums)).toBe(255);
  });

  test("never reads below zero at the floor", () => {
    const chip = createCrossbar(tiny, 1);
    chip.pulse(whole, everywhere(4096, 480), 0);
    const { codeSums } = chip.read(whole, { averages: 1, readVolts: 0.1 }, 86_400);
    // A floor of 0.15 uS is 0.8 codes, so that noise of 0.9 codes asks for negative codes often.
    expect(codeSums.filter((code) => code === 0).length).toBeGreaterThan(0.3 * 4096);
    expect(codeSums.filter((code) => code > 8).length).toBeLessThan(0.01 * 4096);
  });

  test("has front-end noise that grows as the read voltage falls", () => {
    const spread = (readVolts: number): number => {
      const chip = createCrossbar({ ...tiny, device: still }, 1);
      const codes = Array.from(
        { length: 500 },
        (_, i) => chip.read(cell(1, 1), { averages: 1, readVolts }, i * 1e-3).codeSums[0] ?? 0,
      );
      const mean = codes.reduce((sum, code) => sum + code, 0) / codes.length;
      return Math.sqrt(codes.reduce((sum, code) => sum + (code - mean) ** 2, 0) / codes.length);
    };
    expect(spread(0.1)).toBeGreaterThan(0.8);
    expect(spread(0.1)).toBeLessThan(1.1);
    expect(spread(0.3)).toBeLessThan(0.7);
  });

  test("averages away the front end but not the slow part of the read noise", () => {
    const [once, often] = [relativeErrors(1, 3600), relativeErrors(200, 3600)].map(rms);
    expect(often).toBeLessThan(once ?? 0);
    // 200 us of averaging removes at most the variance below about a millisecond: ln(1e-3 / 5e-7) of ln(3600 / 5e-7).
    expect((often ?? 0) / (once ?? 1)).toBeGreaterThan(0.75);
  });

  test.each([5, 3600, 86_400])("reads with the accumulated noise of FACTS 7.1 after %f s", (seconds) => {
    // Q_s = 0.0088 / g^0.65 at each cell's own state; front end and rounding add 0.4 codes.
    const expected = programmed()
      .conductances(whole, 0)
      .map((siemens) => {
        const relative = 0.0088 / (siemens / 25e-6) ** 0.65;
        return Math.hypot(relative * Math.sqrt(Math.log(seconds / 5e-7)), (0.4 * 50e-6) / 255 / siemens);
      });
    const ratio = rms(relativeErrors(1, seconds)) / rms(Array.from(expected));
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  });

  test("reads the same errors again a second later, in part", () => {
    const [first, second] = [relativeErrors(5, 3600), relativeErrors(5, 3601)];
    const covariance = first.reduce((sum, error, i) => sum + error * (second[i] ?? 0), 0) / first.length;
    const correlation = covariance / (rms(first) * rms(second));
    expect(correlation).toBeGreaterThan(0.25);
    expect(correlation).toBeLessThan(0.6);
  });
});

/** A chip without dead cells whose devices are all near half of SET since chip time 0. */
function programmed(): Crossbar {
  const chip = createCrossbar({ ...tiny, device: { ...tiny.device, stuckResetProbability: 0 } }, 1);
  chip.pulse(whole, everywhere(4096, 190), -4096e-6);
  return chip;
}

/** Reading over truth, minus one, of each cell. */
function relativeErrors(averages: number, seconds: number): number[] {
  const chip = programmed();
  const truth = chip.conductances(whole, seconds);
  const { codeSums } = chip.read(whole, { averages, readVolts: 0.3 }, seconds);
  return Array.from(codeSums, (sum, i) => ((sum / averages) * 50e-6) / 255 / (truth[i] ?? 1) - 1);
}

const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe("the converters of the bit lines", () => {
  const references: Region = { array: 1, row: 0, column: 0, rows: 5, columns: 64 };
  const nominal = tiny.arrays[1]?.referenceSiemens ?? [];
  const codesPerSiemens = 255 / 50e-6;
  const meanCodes = (chip: Crossbar, averages = 200): number[] =>
    Array.from(chip.read(references, { averages, readVolts: 0.3 }, 1).codeSums, (sum) => sum / averages);

  test("read the reference resistors as what they are when they are ideal", () => {
    const codes = meanCodes(createCrossbar({ ...tiny, converter: idealConverter }, 1), 1);
    codes.forEach((code, n) => {
      expect(code).toBe(Math.round((nominal[Math.floor(n / 64)] ?? 0) * codesPerSiemens));
    });
  });

  test("have gains and offsets of their own, which the references show and the array shares", () => {
    const converter = { ...idealConverter, whiteNoiseCodes: 0.5, gainSpread: 0.05, offsetSpreadCodes: 3 };
    const chip = createCrossbar({ ...tiny, converter, device: still }, 1);
    const codes = meanCodes(chip);
    const [low, high] = [1, 4].map((row) => codes.slice(row * 64, row * 64 + 64));
    const gains = low!.map((code, column) => (high![column]! - code) / (35e-6 * codesPerSiemens));
    const offsets = low!.map((code, column) => code - gains[column]! * 5e-6 * codesPerSiemens);
    expect(spreadOf(gains)).toBeGreaterThan(0.04);
    expect(spreadOf(gains)).toBeLessThan(0.06);
    expect(spreadOf(offsets)).toBeGreaterThan(2.2);
    expect(spreadOf(offsets)).toBeLessThan(3.8);
    const row: Region = { ...whole, rows: 1 };
    const truth = chip.conductances(row, 0);
    const { codeSums } = chip.read(row, { averages: 100, readVolts: 0.3 }, 0);
    codeSums.forEach((sum, column) => {
      const siemens = (sum / 100 - offsets[column]!) / gains[column]! / codesPerSiemens;
      expect(siemens / truth[column]!).toBeGreaterThan(0.995);
      expect(siemens / truth[column]!).toBeLessThan(1.005);
    });
  });

  test("mismatch of the resistors is part of the truth, and they feel no pulses", () => {
    const chip = createCrossbar({ ...tiny, converter: { ...idealConverter, resistorSpread: 0.02 } }, 1);
    const truth = chip.conductances({ ...references, row: 2, rows: 1 }, 0);
    expect(spreadOf(Array.from(truth)) / 10e-6).toBeGreaterThan(0.015);
    expect(spreadOf(Array.from(truth)) / 10e-6).toBeLessThan(0.025);
    expect(chip.pulseCounts(references)).toEqual(new Uint32Array(320));
    expect(() => chip.pulse(references, everywhere(320, 100), 0)).toThrow(RangeError);
  });
});

describe("the programming DAC", () => {
  const spread = { dacGainSpread: 0.05, dacStepSpread: 0.3 };

  test("without errors gives code x step", () => {
    const amperes = drawDacAmperes(mix(1), 4095, 1e-7, { dacGainSpread: 0, dacStepSpread: 0 });
    expect(amperes[0]).toBe(0);
    expect(amperes[4095]).toBeCloseTo(409.5e-6, 12);
  });

  test("has one gain for a chip and an error for each step", () => {
    const gains = Array.from({ length: 400 }, (_, seed) => {
      const amperes = drawDacAmperes(mix(seed), 4095, 1e-7, { ...spread, dacStepSpread: 0 });
      return amperes[4000]! / 4000e-7;
    });
    expect(spreadOf(gains)).toBeGreaterThan(0.044);
    expect(spreadOf(gains)).toBeLessThan(0.056);
    const amperes = drawDacAmperes(mix(1), 4095, 1e-7, { ...spread, dacGainSpread: 0 });
    const errors = Array.from(amperes, (value, code) => value / 1e-7 - code).slice(100);
    expect(spreadOf(errors)).toBeGreaterThan(0.28);
    expect(spreadOf(errors)).toBeLessThan(0.32);
  });
});

function spreadOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
