/** What the laws say at their ends, where no statistics are needed. */

import { describe, expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import type { Region } from "../../src/chip/region.ts";

const tiny = builtinProfile("tiny");
const region: Region = { array: 0, row: 0, column: 0, rows: 4, columns: 64 };
const cells = 256;
const noiseless: ChipProfile = {
  ...tiny,
  converter: { ...tiny.converter, whiteNoiseCodes: 0, gainSpread: 0, offsetSpreadCodes: 0 },
  device: {
    ...tiny.device,
    readNoise: {
      readSeconds: 250e-9,
      relative: { kind: "power", coefficient: 0, exponent: 0, max: 0 },
    },
  },
};

function pulsed(profile: ChipProfile, microamperes: number, widthSeconds = 1e-6) {
  const chip = createCrossbar(profile, 3);
  const amplitudeCodes = new Uint16Array(cells).fill(Math.round((microamperes / 500) * 4095));
  const shape = { widthSeconds, trailingSeconds: 0 };
  return { chip, end: chip.pulse(region, { kind: "per-cell", shape, amplitudeCodes }, 0).endSeconds };
}

describe("limits", () => {
  test("without noise a reading is the true conductance to half a code", () => {
    const { chip, end } = pulsed(noiseless, 220);
    const { codeSums } = chip.read(region, { averages: 1, readVolts: 0.3 }, end + 100);
    const truth = chip.conductances(region, end + 100);
    codeSums.forEach((code, n) => {
      expect(Math.abs(code - (truth[n]! / 50e-6) * 255)).toBeLessThan(0.51);
    });
  });

  test("t to 0: at the pulse the device is within its relaxation of G_p, and at t_0 it is there", () => {
    const { chip, end } = pulsed(tiny, 220);
    const young = chip.conductances(region, end);
    const settled = chip.conductances(region, end + 20);
    const changes = young.map((siemens, n) => Math.abs(siemens / settled[n]! - 1));
    expect(Math.max(...changes)).toBeGreaterThan(0.01);
    expect(Math.max(...changes)).toBeLessThan(4 * (tiny.device.relaxation?.spread ?? 0));
  });

  test("without a relaxation nothing moves before the reference time", () => {
    const { relaxation: _, ...device } = tiny.device;
    const { chip, end } = pulsed({ ...tiny, device }, 220);
    expect(chip.conductances(region, end + 15)).toEqual(chip.conductances(region, end + 0.001));
  });

  test("g to 0: a RESET device reads no less than 0 and its law stays finite for a year", () => {
    const { chip, end } = pulsed(tiny, 450);
    const siemens = chip.conductances(region, end + 3.2e7);
    expect(siemens.every((value) => value > 0 && value < 3e-6)).toBe(true);
  });

  test("g to gmax: a SET device above g = 1 drifts by the law's smallest exponent", () => {
    const chip = createCrossbar(tiny, 3);
    const early = chip.conductances(region, 20);
    const late = chip.conductances(region, 2e4);
    const exponents = late.map((siemens, n) => -Math.log(siemens / early[n]!) / Math.log(1000));
    const mean = exponents.reduce((sum, value) => sum + value, 0) / cells;
    expect(mean).toBeGreaterThan(0.049 - 0.002);
    expect(mean).toBeLessThan(0.049 + 0.002);
  });

  test("one level: devices without any spread are all alike, and read alike", () => {
    const alike: ChipProfile = {
      ...noiseless,
      device: {
        ...noiseless.device,
        set: { ...tiny.device.set, logSpread: 0 },
        floor: { ...tiny.device.floor, logSpread: 0 },
        half: { ...tiny.device.half, logSpread: 0 },
        slope: { ...tiny.device.slope, logSpread: 0 },
        stuckSetProbability: 0,
        stuckResetProbability: 0,
        cycle: { logSpread: 0, siemens: 0 },
        relaxation: undefined,
        drift: { ...tiny.device.drift, nuSpread: { kind: "power", coefficient: 0, exponent: 0, max: 0 } },
      },
    };
    const { chip, end } = pulsed(alike, 220);
    expect(new Set(chip.conductances(region, end + 1e5)).size).toBe(1);
    expect(new Set(chip.read(region, { averages: 5, readVolts: 0.3 }, end + 1e5).codeSums).size).toBe(1);
  });

  test("an empty region takes no time and holds nothing", () => {
    const chip = createCrossbar(tiny, 3);
    const reading = chip.read({ ...region, rows: 0 }, { averages: 5, readVolts: 0.3 }, 7);
    expect(reading).toMatchObject({ saturatedCells: 0, endSeconds: 7 });
    expect(reading.codeSums.length).toBe(0);
  });
});
