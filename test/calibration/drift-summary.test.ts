import { describe, expect, test } from "vitest";
import { emptyFits } from "../../calibration/drift/fits.ts";
import { levelsOf, tenthsOf } from "../../calibration/drift/levels.ts";
import { markDevices } from "../../calibration/drift/mark-devices.ts";
import { deviceMarks, markBit } from "../../calibration/drift/masks.ts";
import { modelNames } from "../../calibration/drift/models.ts";
import { LevelSummary } from "../../calibration/drift/summary.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { driftMarks, driftModels } from "../../src/store/drift-rows.ts";

const devices = 2000;
const target = 10e-6;

/** Exponents of 0.05 with a spread of 0.01, known to 0.005. */
function someFits() {
  const prng = seededPrng(1);
  const fits = emptyFits(devices, 25);
  for (let device = 0; device < devices; device++) {
    fits.nu[device] = 0.05 + 0.01 * prng.normal() + 0.005 * prng.normal();
    fits.nuError[device] = 0.005;
    fits.siemens[device] = target * (1 + 0.02 * prng.normal());
    fits.siemensError[device] = 0.01 * target;
    fits.factor[device] = 2.02;
    fits.noise[device] = 0.07;
    fits.readings[device] = 40;
  }
  return fits;
}

const kinds = new Uint8Array(devices);
const programmed = {
  targetSiemens: new Float32Array(devices).fill(target),
  stuck: new Uint8Array(devices),
};

describe("marks of single devices", () => {
  test("none of two thousand that are alike has one", () => {
    const fits = someFits();
    markDevices(fits, kinds, programmed);
    expect(fits.marks.every((marks) => marks === 0)).toBe(true);
  });

  test.each([
    ["an exponent that is not of its level", { nu: 0.4 }],
    ["noise five times that of its level", { noise: 0.35 }],
    ["a quarter of its readings outside", { readings: 30, outlierReadings: 10 }],
  ])("%s makes an outlier", (_, odd) => {
    const fits = someFits();
    for (const [name, value] of Object.entries(odd)) {
      if (name === "nu") fits.nu[5] = value;
      else if (name === "noise") fits.noise[5] = value;
      else if (name === "readings") fits.readings[5] = value;
      else fits.outlierReadings[5] = value;
    }
    markDevices(fits, kinds, programmed);
    expect(fits.marks[5]).toBe(markBit.outlier);
    expect(fits.marks.filter((marks) => marks !== 0).length).toBe(1);
  });

  test("a device that the loop found stuck is stuck", () => {
    const fits = someFits();
    const stuck = programmed.stuck.slice();
    stuck[9] = 1;
    markDevices(fits, kinds, { ...programmed, stuck });
    expect(fits.marks[9]).toBe(markBit.stuck);
  });

  test("one that is far off its target and does not drift is stuck, one that does only the one or the other is not", () => {
    const fits = someFits();
    const set = (device: number, siemens: number, nu: number): void => {
      fits.siemens[device] = siemens;
      fits.nu[device] = nu;
    };
    set(1, 30e-6, 0.001);
    set(2, 30e-6, 0.05);
    set(3, target, 0.001);
    markDevices(fits, kinds, programmed);
    expect(fits.marks[1]! & markBit.stuck).toBe(markBit.stuck);
    expect(fits.marks[2]).toBe(0);
    expect(fits.marks[3]).toBe(0);
  });

  test("they have the bits that a store documents, and laws its codes", () => {
    expect(driftMarks).toEqual(deviceMarks);
    expect(deviceMarks.map((mark) => markBit[mark])).toEqual([1, 2, 4, 8, 16, 32]);
    expect(driftModels).toEqual(modelNames);
  });
});

describe("the summary of a level", () => {
  const all = Array.from({ length: devices }, (_, device) => device);

  test("tells the spread of the devices from what the noise of their fits adds", () => {
    const level = new LevelSummary();
    level.add(someFits(), all);
    const { nuMean, nuMeanHalfWidth, nuSpread, nuError, fitted } = level.summary();
    expect(fitted).toBe(devices);
    expect(Math.abs(nuMean - 0.05)).toBeLessThan(nuMeanHalfWidth);
    expect(nuMeanHalfWidth).toBeCloseTo((1.96 * Math.hypot(0.01, 0.005)) / Math.sqrt(devices), 4);
    expect(nuSpread).toBeCloseTo(0.01, 3);
    expect(nuError).toBeCloseTo(0.005, 6);
  });

  test("counts marks, and leaves marked devices out of means", () => {
    const fits = someFits();
    fits.nu[0] = 100;
    fits.marks[0] = markBit.outlier;
    fits.marks[1] = markBit.censored;
    const level = new LevelSummary();
    level.add(fits, all);
    const summary = level.summary();
    expect(summary).toMatchObject({ devices, fitted: devices - 1 });
    expect(summary.marked).toMatchObject({ outlier: 1, censored: 1, stuck: 0 });
    expect(summary.nuMean).toBeLessThan(0.06);
  });

  test("is the same in parts, and has no numbers without devices", () => {
    const [whole, parts] = [new LevelSummary(), new LevelSummary()];
    const fits = someFits();
    whole.add(fits, all);
    parts.add(fits, all.slice(0, 7));
    parts.add(fits, all.slice(7));
    expect(parts.summary()).toEqual(whole.summary());
    expect(new LevelSummary().summary()).toMatchObject({ devices: 0, fitted: 0, nuMean: Number.NaN });
  });
});

describe("levels", () => {
  test("a few targets are the levels themselves", () => {
    const levels = levelsOf([Float32Array.of(5e-6, 0, 5e-6), Float32Array.of(20e-6)], 25e-6);
    expect(levels.siemens.map((siemens) => Number((siemens * 1e6).toFixed(3)))).toEqual([0, 5, 20]);
    expect([...levels.kindsOf(Float32Array.of(20e-6, 0, 5e-6))]).toEqual([2, 0, 1]);
  });

  test("the many targets of a network belong to the nearest tenth of the largest", () => {
    const many = Float32Array.from({ length: 100 }, (_, i) => i * 0.25e-6);
    const levels = levelsOf([many], 25e-6);
    expect(levels.siemens.length).toBe(11);
    expect([...levels.kindsOf(Float32Array.of(0, 1.2e-6, 1.3e-6, 25e-6, 40e-6, -1e-6))]).toEqual([
      0, 0, 1, 10, 10, 0,
    ]);
    expect(tenthsOf(25e-6).siemens[4]).toBeCloseTo(10e-6, 12);
  });
});
