import { describe, expect, test } from "vitest";
import { fitDrift } from "../../calibration/drift/fit-drift.ts";
import { emptyFits, putFits } from "../../calibration/drift/fits.ts";
import { noKind } from "../../calibration/drift/kinds.ts";
import { markBit } from "../../calibration/drift/masks.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { dayOfReads, flicker, kindOfAll, logSpaced, options, readingsOf, readsAt } from "./drift-series.ts";

const power = (siemens: number, nu: number, age: number): number => siemens * (age / 25) ** -nu;

const nuOf = (device: number): number => 0.03 + 0.001 * (device % 50);

describe("a power law without noise", () => {
  test("comes back as it was, conductance at the reference age and exponent", () => {
    const readings = readingsOf(50, readsAt(dayOfReads), (device, age) => power(10e-6, nuOf(device), age));
    const fits = fitDrift(readings, kindOfAll(readings), options);
    for (let device = 0; device < 50; device++) {
      expect(fits.nu[device]).toBeCloseTo(nuOf(device), 6);
      expect(fits.siemens[device]! * 1e6).toBeCloseTo(10, 4);
      expect(fits.readings[device]).toBe(40);
      expect(fits.marks[device]).toBe(0);
    }
  });

  test.each([
    ["takes half a minute to be read", 0.1],
    ["was pulsed for half a minute longer than it is read", -0.06],
  ])("comes back for the first and the last device of a region that %s", (_, ageStepSeconds) => {
    const reads = readsAt(logSpaced(25, 86_400, 20), { ageStepSeconds });
    const readings = readingsOf(300, reads, (device, age) => power(10e-6, nuOf(device), age));
    const fits = fitDrift(readings, kindOfAll(readings), options);
    for (let device = 0; device < 300; device++) {
      expect(fits.nu[device]).toBeCloseTo(nuOf(device), 5);
      expect(fits.siemens[device]! * 1e6).toBeCloseTo(10, 3);
    }
  });
});

test("devices of no kind are left alone, and the others do not notice", () => {
  const readings = readingsOf(50, readsAt(dayOfReads), (device, age) => power(10e-6, nuOf(device), age));
  const kinds = Uint8Array.from({ length: 50 }, (_, device) => (device % 2 === 0 ? noKind : 3));
  const fits = fitDrift(readings, kinds, options);
  expect(fits.nu[0]).toBeNaN();
  expect(fits.marks[0]).toBe(markBit.unfitted);
  expect(fits.nu[1]).toBeCloseTo(nuOf(1), 6);
  const all = emptyFits(100, 25);
  putFits(all, 50, fits);
  expect(all.nu[51]).toBe(fits.nu[1]);
  expect(all.nu[1]).toBeNaN();
});

describe("readings that do not belong", () => {
  const clean = (seed: number) => {
    const prng = seededPrng(seed);
    return readingsOf(
      64,
      readsAt(dayOfReads),
      (device, age) => power(10e-6, nuOf(device), age) * (1 + 0.01 * prng.normal()),
    );
  };

  test.each([1, 4, 10, 16])(
    "%i of 40 move the exponent of a device by less than two standard errors",
    (count) => {
      const before = clean(1);
      const plain = fitDrift(before, kindOfAll(before), options);
      const prng = seededPrng(2);
      const siemens = before.siemens.slice();
      // All at late times and all high: what would bend the line most.
      for (let device = 0; device < 64; device += 4)
        for (let i = 0; i < count; i++) siemens[(39 - 2 * i) * 64 + device]! *= 2 + prng.uniform();
      const spoiled = { ...before, siemens };
      const fits = fitDrift(spoiled, kindOfAll(spoiled), options);
      for (let device = 0; device < 64; device += 4) {
        expect(fits.outlierReadings[device], `device ${device}`).toBeGreaterThanOrEqual(count);
        expect(Math.abs(fits.nu[device]! - plain.nu[device]!)).toBeLessThan(2 * fits.nuError[device]!);
      }
      // Devices without any share the noise of their level with those, and move a little for it.
      for (const device of [1, 2, 3])
        expect(Math.abs(fits.nu[device]! - plain.nu[device]!)).toBeLessThan(fits.nuError[device]! / 3);
    },
  );

  test("more than half of them are the truth, and what is left is what does not belong", () => {
    const before = clean(1);
    const siemens = before.siemens.slice();
    for (let r = 0; r < 25; r++) siemens[r * 64]! *= 3;
    const fits = fitDrift({ ...before, siemens }, kindOfAll(before), options);
    expect(fits.siemens[0]! * 1e6).toBeGreaterThan(25);
  });
});

describe("readings at an end of the converter", () => {
  const flat = (spoil: (device: number, read: number) => number | undefined) =>
    readingsOf(6, readsAt(dayOfReads), (device, age, read) => spoil(device, read) ?? power(1e-6, 0.05, age));

  test("are no data: a device that has a few of them is fitted by the others", () => {
    const readings = flat((device, read) => (device === 2 && read % 14 === 3 ? 0 : undefined));
    const fits = fitDrift(readings, kindOfAll(readings), options);
    expect(fits.nu[2]).toBeCloseTo(0.05, 6);
    expect(fits.readings[2]).toBe(37);
    expect(fits.marks[2]).toBe(markBit.censored);
    expect(fits.marks[1]).toBe(0);
  });

  test("leave no fit when more than a tenth of them are: what is left would be a selection", () => {
    const readings = flat((device, read) => (device === 2 && read % 5 === 0 ? 0 : undefined));
    const fits = fitDrift(readings, kindOfAll(readings), options);
    expect(fits.nu[2]).toBeNaN();
    expect(fits.marks[2]).toBe(markBit.censored | markBit.unfitted);
  });

  test.each([
    ["dead", 0, markBit.dead],
    ["saturated", Number.POSITIVE_INFINITY, markBit.saturated],
  ] as const)("make a device %s when half of them are", (_, siemens, bit) => {
    const readings = flat((device, read) => (device === 3 && read % 2 === 0 ? siemens : undefined));
    const fits = fitDrift(readings, kindOfAll(readings), options);
    expect(fits.marks[3]! & bit).toBe(bit);
    expect(fits.siemens[3]).toBeNaN();
    expect(fits.nu[4]).toBeCloseTo(0.05, 6);
  });

  test("of every device leave no fit and no failure", () => {
    const readings = flat(() => 0);
    const fits = fitDrift(readings, kindOfAll(readings), options);
    expect(fits.nu.every(Number.isNaN)).toBe(true);
  });
});

describe("intervals under 1/f noise", () => {
  /** Share of 1,600 devices whose interval holds the exponent, and the mean of their fitted exponents. */
  function coverage(count: number, relative: number, slope = 0) {
    const ages = logSpaced(25, 86_400, count);
    const prng = seededPrng(count);
    const devices = 1600;
    const noise = Array.from({ length: devices }, () => flicker(prng, ages, slope));
    const readings = readingsOf(
      devices,
      readsAt(ages),
      (device, age, r) => power(10e-6, 0.06, age) * Math.max(1e-3, 1 + relative * noise[device]![r]!),
    );
    const fits = fitDrift(readings, kindOfAll(readings), options);
    const inside = fits.nu.filter((nu, d) => Math.abs(nu - 0.06) <= fits.factor[d]! * fits.nuError[d]!);
    return { share: inside.length / devices, mean: fits.nu.reduce((sum, nu) => sum + nu, 0) / devices };
  }

  // Three standard errors of a share of 0.95 of 1,600 are 0.016.
  test.each([
    [40, 0.01],
    [40, 0.04],
    [10, 0.01],
    [4, 0.01],
  ])("of %i reads with Q = %f hold the truth in 93 to 97 of 100 devices", (count, relative) => {
    const { share, mean } = coverage(count, relative);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
    expect(Math.abs(mean / 0.06 - 1)).toBeLessThan(0.02);
  });

  // Joshi et al. 2020 found 1/f^1.21; taken for 1/f, its slow part would pass for drift in a fifth of the devices.
  test.each([-0.2, 0.21, 0.4])("of a power that falls faster than 1/f by f^%f hold it as well", (slope) => {
    const { share, mean } = coverage(40, 0.01, slope);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
    expect(Math.abs(mean / 0.06 - 1)).toBeLessThan(0.02);
  });
});

describe("what cannot be fitted", () => {
  test("two reads are refused", () => {
    const readings = readingsOf(4, readsAt([25, 3600]), () => 1e-6);
    expect(() => fitDrift(readings, kindOfAll(readings), options)).toThrow(RangeError);
  });

  test("a device that is read before its last pulse is refused", () => {
    const reads = readsAt([25, 100, 3600], { ageStepSeconds: -1 });
    const readings = readingsOf(40, reads, () => 1e-6);
    expect(() => fitDrift(readings, kindOfAll(readings), options)).toThrow(RangeError);
  });

  test("arrays of another length are refused", () => {
    const readings = readingsOf(4, readsAt([25, 100, 3600]), () => 1e-6);
    expect(() => fitDrift(readings, new Uint8Array(3), options)).toThrow(RangeError);
    expect(() => fitDrift({ ...readings, devices: 5 }, new Uint8Array(5), options)).toThrow(RangeError);
  });
});
