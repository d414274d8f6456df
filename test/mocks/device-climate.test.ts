import { describe, expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { restoreArrays } from "../../mocks/array/device-arrays.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { changeTemperature, createClimate, kelvinNow, weighedLogAge } from "../../mocks/device/climate.ts";
import type { Region } from "../../src/chip/region.ts";

const tiny = builtinProfile("tiny");
const { referenceKelvin, activationElectronVolts, driftPerKelvin } = tiny.device.temperature;
const region: Region = { array: 0, row: 0, column: 0, rows: 8, columns: 64 };

/** A chip whose devices were all pulsed with this current before chip time 0.01 s. */
function pulsed(microamperes: number, profile: ChipProfile = tiny) {
  const chip = createCrossbar(profile, 5);
  const amplitudeCodes = new Uint16Array(512).fill(Math.round((microamperes / 500) * 4095));
  chip.pulse(
    region,
    { kind: "per-cell", shape: { widthSeconds: 1e-6, trailingSeconds: 0 }, amplitudeCodes },
    0,
  );
  return chip;
}

const median = (values: Float32Array): number => values.toSorted()[values.length / 2]!;

describe("the climate", () => {
  test("is at the reference temperature until somebody changes it, and remembers the changes", () => {
    const climate = createClimate();
    expect(kelvinNow(climate, 300)).toBe(300);
    changeTemperature(climate, 10, 330);
    changeTemperature(climate, 20, 330);
    changeTemperature(climate, 30, 310);
    changeTemperature(climate, 30, 305);
    expect(kelvinNow(climate, 300)).toBe(305);
    expect(climate.steps[0]).toBe(2);
  });

  test("refuses more changes than it can remember", () => {
    const climate = createClimate();
    const many = (): void => {
      for (let i = 0; i < 2000; i++) changeTemperature(climate, i, 300 + (i % 2));
    };
    expect(many).toThrow(expect.objectContaining({ code: "LIMIT" }));
  });

  test("weighs each part of the logarithmic age by the temperature of its time", () => {
    const climate = createClimate();
    const weight = (kelvin: number): number => kelvin / 300;
    expect(weighedLogAge(climate, 5, 1000, 20, weight)).toBeCloseTo(Math.log(50), 12);
    changeTemperature(climate, 105, 360);
    changeTemperature(climate, 505, 300);
    const expected = Math.log(100 / 20) + 1.2 * Math.log(500 / 100) + Math.log(1000 / 500);
    expect(weighedLogAge(climate, 5, 1000, 20, weight)).toBeCloseTo(expected, 12);
    // Pulsed after both changes, and asked before and between them.
    expect(weighedLogAge(climate, 600, 1000, 20, weight)).toBeCloseTo(Math.log(50), 12);
    expect(weighedLogAge(climate, 5, 90, 20, weight)).toBeCloseTo(Math.log(90 / 20), 12);
    expect(weighedLogAge(climate, 200, 1000, 20, weight)).toBeCloseTo(
      1.2 * Math.log(305 / 20) + Math.log(1000 / 305),
      12,
    );
    expect(weighedLogAge(climate, 5, 10, 20, weight)).toBe(0);
  });
});

describe("temperature", () => {
  test("raises the conductance of glass by its activation energy, and hardly that of crystal", () => {
    const hot = 330;
    const factor = (microamperes: number): number => {
      const chip = pulsed(microamperes);
      const cold = median(chip.conductances(region, 100));
      chip.setTemperature(hot, 100);
      return median(chip.conductances(region, 100)) / cold;
    };
    const arrhenius = Math.exp((activationElectronVolts / 8.617333e-5) * (1 / referenceKelvin - 1 / hot));
    expect(factor(480) / arrhenius).toBeGreaterThan(0.97);
    expect(factor(480) / arrhenius).toBeLessThan(1.001);
    expect(factor(60)).toBeLessThan(1.1);
  });

  test("goes back with the temperature, and shows in nothing else at once", () => {
    const chip = pulsed(220);
    const before = chip.conductances(region, 100);
    chip.setTemperature(350, 100);
    chip.setTemperature(referenceKelvin, 100);
    chip.conductances(region, 100).forEach((siemens, n) => {
      expect(siemens / before[n]!).toBeCloseTo(1, 6);
    });
  });

  test("speeds drift up while it is hot, by the share of the profile", () => {
    const kelvin = 360;
    const exponent = (warm: boolean): number => {
      const chip = pulsed(220);
      if (warm) chip.setTemperature(kelvin, 0.01);
      const early = chip.conductances(region, 100);
      const late = chip.conductances(region, 1e5);
      return median(late.map((siemens, n) => -Math.log(siemens / early[n]!) / Math.log(1000)));
    };
    const share = 1 + driftPerKelvin * (kelvin - referenceKelvin);
    expect(exponent(true) / exponent(false)).toBeCloseTo(share, 2);
  });

  test("is saved with the chip", () => {
    const chip = pulsed(220);
    chip.setTemperature(345, 50);
    const copy = createCrossbar(tiny, 5);
    restoreArrays(copy.deviceArrays, chip.deviceArrays);
    expect(copy.temperatureKelvin()).toBe(345);
    expect(copy.conductances(region, 1e4)).toEqual(chip.conductances(region, 1e4));
  });
});

describe("read disturb", () => {
  const disturbing: ChipProfile = {
    ...tiny,
    device: { ...tiny.device, readDisturb: { sharePerRead: 1e-4, voltsPerE: 0.05 } },
  };
  const meanAfter = (readVolts: number, reads: number): number => {
    const chip = pulsed(300, disturbing);
    for (let n = 0; n < reads; n++) chip.read(region, { averages: 10, readVolts }, 100);
    const siemens = chip.conductances(region, 100);
    return siemens.reduce((sum, value) => sum + value, 0) / 512;
  };

  test("brings a device towards SET, by the share of the profile for each conversion", () => {
    const set = createCrossbar(disturbing, 5).conductances(region, 0);
    const meanSet = set.reduce((sum, value) => sum + value, 0) / 512;
    const [before, after] = [meanAfter(0.3, 0), meanAfter(0.3, 100)];
    // A thousand conversions, a tenth of the way; drift and noise-free truth leave a few per cent of it.
    expect((after - before) / (0.1 * (meanSet - before))).toBeGreaterThan(0.85);
    expect((after - before) / (0.1 * (meanSet - before))).toBeLessThan(1.1);
  });

  test("falls by a factor e for each step of the profile below the largest voltage", () => {
    const [before, low, high] = [meanAfter(0.3, 0), meanAfter(0.2, 100), meanAfter(0.3, 100)];
    expect((high - before) / (low - before)).toBeCloseTo(Math.exp(0.1 / 0.05), 1);
  });

  test("ends with the next pulse, and does nothing that shows on the chips of the profiles", () => {
    const chip = pulsed(300, disturbing);
    chip.read(region, { averages: 255, readVolts: 0.3 }, 1);
    const again = pulsed(300, disturbing);
    const train = {
      kind: "per-cell" as const,
      shape: { widthSeconds: 1e-6, trailingSeconds: 0 },
      amplitudeCodes: new Uint16Array(512).fill(3000),
    };
    for (const one of [chip, again]) one.pulse(region, train, 2);
    expect(chip.conductances(region, 100)).toEqual(again.conductances(region, 100));
    const real = pulsed(300);
    const before = real.conductances(region, 100);
    for (let n = 0; n < 100; n++) real.read(region, { averages: 255, readVolts: 0.3 }, 100);
    real.conductances(region, 100).forEach((siemens, n) => {
      expect(siemens / before[n]!).toBeCloseTo(1, 4);
    });
  });
});
