/** The pure fits of a twin against closed forms. */

import { describe, expect, test } from "vitest";
import { medianOfEstimates } from "../../calibration/drift/variance-spread.ts";
import { type CalibratedColumns, converterSpread } from "../../calibration/twin/converter-spread.ts";
import type { FirstReading } from "../../calibration/twin/level-tally.ts";
import { errorPolynomial, programmingError } from "../../calibration/twin/programming-error.ts";
import { spreadAtState } from "../../calibration/twin/spread-at-state.ts";
import { targetLevels } from "../../calibration/twin/target-levels.ts";
import { TargetSample } from "../../calibration/twin/target-sample.ts";
import { fitPolynomial, fitPowerLaw } from "../../calibration/twin/weighted-fit.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { shape } from "./drift-series.ts";

describe("weighted fits", () => {
  test("give back a polynomial that has no error, whatever the weights", () => {
    const x = [0, 0.3, 0.5, 0.9, 1];
    const fit = fitPolynomial(
      x,
      x.map((g) => 0.26348 + 1.965 * g - 1.1731 * g * g),
      [0.1, 0.01, 0.3, 0.02, 1],
      2,
    );
    const [c0, c1, c2] = fit!.coefficients.map(({ value }) => value);
    expect([c0, c1, c2]).toEqual([
      expect.closeTo(0.26348, 10),
      expect.closeTo(1.965, 10),
      expect.closeTo(-1.1731, 10),
    ]);
    expect(fit!.chiSquare).toBeLessThan(1e-15);
    expect(fit!.freedom).toBe(2);
  });

  test("have the standard error of a weighted mean", () => {
    const fit = fitPolynomial([1, 2, 3], [5, 7, 6], [1, 2, 2], 0)!;
    // Weights 1, 1/4, 1/4.
    expect(fit.coefficients[0]!.value).toBeCloseTo((5 + 7 / 4 + 6 / 4) / 1.5, 12);
    expect(fit.coefficients[0]!.error).toBeCloseTo(Math.sqrt(1 / 1.5), 12);
  });

  test("give back a power law, and nothing where points are too few or all at one place", () => {
    const g = [0.1, 0.3, 1];
    const errors = [0.01, 0.01, 0.01];
    const fit = fitPowerLaw(
      g,
      g.map((x) => 0.0088 * x ** -0.65),
      errors,
    )!;
    expect(Math.exp(fit.coefficients[0]!.value)).toBeCloseTo(0.0088, 10);
    expect(fit.coefficients[1]!.value).toBeCloseTo(-0.65, 10);
    expect(fitPowerLaw([0.1], [0.04], [0.01])).toBeUndefined();
    expect(fitPowerLaw([0.1, 0.1], [0.04, 0.05], [0.01, 0.01])).toBeUndefined();
  });
});

describe("the programming error", () => {
  const conditions = { shape, averages: 1, whiteSiemens: 0.05e-6, referenceSeconds: 20 };
  const laws = { nuMean: 0.05, nuSpread: 0.01, noise: { value: 0.014, error: 0.0001 } };

  test("is what was read less read noise, converter noise and drift, each added as the model adds it", () => {
    const [target, sigma, age, devices] = [12.5e-6, 0.6e-6, 100, 200_000];
    const prng = seededPrng(5);
    const slow = 0.014 * Math.sqrt(Math.log((age + 250e-9) / 500e-9));
    let [sum, squares, total] = [0, 0, 0];
    for (let device = 0; device < devices; device++) {
      const programmed = target + sigma * prng.normal();
      const drifted = programmed * (age / 20) ** -(0.05 + 0.01 * prng.normal());
      const read = drifted * (1 + slow * prng.normal()) + 0.05e-6 * prng.normal();
      sum += read - target;
      squares += (read - target) ** 2;
      total += read;
    }
    const first: FirstReading = {
      devices,
      ageSeconds: age,
      meanSiemens: sum / devices,
      sigmaSiemens: Math.sqrt(squares / devices - (sum / devices) ** 2),
      siemens: total / devices,
    };
    const found = programmingError(first, target, laws, conditions);
    expect(Math.abs(found.sigma.value - sigma)).toBeLessThan(4 * found.sigma.error + 0.005 * sigma);
    expect(found.sigma.error / sigma).toBeLessThan(0.02);
    expect(Math.abs(found.bias.value)).toBeLessThan(4 * found.bias.error + 0.005e-6);
  });

  test("is 0 with an error, and not imaginary, where noise explains all that was read", () => {
    const first = { devices: 500, ageSeconds: 25, meanSiemens: 0, sigmaSiemens: 0.3e-6, siemens: 12.5e-6 };
    const { sigma } = programmingError(first, 12.5e-6, laws, conditions);
    expect(sigma.value).toBe(0);
    expect(sigma.error).toBeGreaterThan(0);
    expect(Number.isFinite(sigma.error)).toBe(true);
  });

  test("has a polynomial from four levels on", () => {
    const at = (g: number) => ({ g, sigma: { value: (0.2 + g - 0.5 * g * g) * 1e-6, error: 1e-8 } });
    expect(errorPolynomial([0, 0.5, 1].map(at))).toBeUndefined();
    const found = errorPolynomial([0, 0.2, 0.5, 0.8, 1].map(at))!;
    expect(found.coefficients.map(({ value }) => value * 1e6)).toEqual([
      expect.closeTo(0.2, 8),
      expect.closeTo(1, 8),
      expect.closeTo(-0.5, 8),
    ]);
    expect(found.worstSiemens).toBeLessThan(1e-15);
  });

  test("has as many terms as the levels ask for, like the cubic of the 14 nm chip", () => {
    // FACTS.md 7.4, two devices; 1 % of error at a level.
    const c = [0.16603222, 4.71806468, -8.48101252, 4.68961419];
    const levels = Array.from({ length: 11 }, (_, n) => n / 10);
    const sigma = levels.map((g) => c.reduce((sum, own, power) => sum + own * g ** power, 0) * 1e-6);
    const points = levels.map((g, n) => ({ g, sigma: { value: sigma[n]!, error: 0.01 * sigma[n]! } }));
    const found = errorPolynomial(points)!;
    expect(found.coefficients).toHaveLength(4);
    found.coefficients.forEach(({ value }, n) => {
      expect(value * 1e6).toBeCloseTo(c[n]!, 6);
    });
  });
});

describe("levels of targets", () => {
  test("are those of a pattern, each by itself", () => {
    const targets = Float32Array.of(0, 2.5e-6, 25e-6, 2.5e-6);
    const levels = targetLevels([targets], 25e-6);
    expect(levels.count).toBe(3);
    expect([...levels.kindsOf(targets)]).toEqual([0, 1, 2, 1]);
  });

  test("are those of a pattern although the partners of a few stuck devices have targets of their own", () => {
    const targets = Float32Array.from({ length: 2000 }, (_, n) =>
      n % 400 === 7 ? n * 1e-8 : (n % 4) * 8e-6,
    );
    const levels = targetLevels([targets], 25e-6);
    expect(levels.count).toBe(4);
    expect([...levels.kindsOf(targets.subarray(4, 9))]).toEqual([0, 1, 2, 255, 0]);
  });

  test("are steps for a network, of which only 0 itself is the first", () => {
    const targets = Float32Array.from({ length: 1000 }, (_, n) => (n * 25e-6) / 999);
    const levels = targetLevels([targets], 25e-6);
    const kinds = levels.kindsOf(targets);
    expect(kinds[0]).toBe(0);
    expect(kinds[1]).toBe(1);
    expect(kinds[999]).toBe(levels.count - 1);
    expect([...kinds].every((kind, n) => n === 0 || kind >= kinds[n - 1]!)).toBe(true);
    expect(new Set(kinds).size).toBe(levels.count);
  });
});

describe("the spread of converters", () => {
  const nominal = 50e-6 / 255;

  function columnsOf(count: number, seed: number): CalibratedColumns {
    const prng = seededPrng(seed);
    const each = (value: () => number): Float64Array => Float64Array.from({ length: count }, value);
    return {
      states: new Uint8Array(count),
      // True spread 3 %, and an error of the calibration of 1 %.
      siemensPerCode: each(() => nominal / (1.02 + 0.03 * prng.normal() + 0.01 * prng.normal())),
      offsetCodes: each(() => 0.5 * prng.normal() + 0.2 * prng.normal()),
      gainErrors: each(() => 0.01),
      offsetErrorCodes: each(() => 0.2),
      noiseCodes: each(() => Math.sqrt(0.3 ** 2 + 1 / 12 - 0.0015)),
    };
  }

  test("is that of gain and offset without the errors of the calibration", () => {
    const { gainMean, gainSpread, offsetSpreadCodes, whiteNoiseCodes, columns } = converterSpread(
      columnsOf(4000, 2),
      nominal,
    )!;
    expect(columns).toBe(4000);
    expect(Math.abs(gainMean.value - 1.02)).toBeLessThan(4 * gainMean.error);
    expect(Math.abs(gainSpread.value - 0.03)).toBeLessThan(4 * gainSpread.error);
    expect(Math.abs(offsetSpreadCodes.value - 0.5)).toBeLessThan(4 * offsetSpreadCodes.error);
    expect(whiteNoiseCodes.value).toBeCloseTo(0.3, 2);
  });

  test("leaves failed bit lines out, and is not told from a few", () => {
    const columns = columnsOf(20, 3);
    columns.states.fill(2, 0, 5);
    expect(converterSpread(columns, nominal)).toBeUndefined();
    columns.states.fill(0, 0, 1);
    expect(converterSpread(columns, nominal)?.columns).toBe(16);
  });
});

describe("the spread of exponents at a state", () => {
  const level = (g: number, stateSpread: number, nuSpread: number) => ({
    devices: 100,
    stateSiemens: g * 25e-6,
    stateSpread,
    nuMean: { value: 0.03 - 0.02 * Math.log(g), error: 0.001 },
    nuSpread: { value: nuSpread, error: 0.001 },
  });

  test("lacks what the spread of states adds where the mean exponent falls with the state", () => {
    const seen = Math.hypot(0.008, 0.02 * 0.3);
    const spreads = spreadAtState([level(0.2, 0.3, seen), level(0.5, 0.3, seen), level(1, 0, 0.01)]);
    expect(spreads).toEqual([expect.closeTo(0.008, 12), expect.closeTo(0.008, 12), expect.closeTo(0.01, 12)]);
  });

  test("is what was seen at a level without neighbours, and is never imaginary", () => {
    expect(spreadAtState([level(0.5, 0.3, 0.008)])).toEqual([0.008]);
    expect(spreadAtState([level(0.2, 1, 0.001), level(0.5, 1, 0.001)])).toEqual([0, 0]);
  });
});

test("a sample of targets is evenly taken from however many there are", () => {
  const sample = new TargetSample();
  for (let n = 0; n < 10_000; n++) sample.add(n);
  const values = sample.values();
  expect(values.length).toBeGreaterThan(100);
  expect(values.length).toBeLessThanOrEqual(256);
  const steps = new Set(values.subarray(1).map((value, n) => value - values[n]!));
  expect(steps.size).toBe(1);
  expect(values.at(-1)).toBeGreaterThan(9_900);
});

test("variances that differ wildly still have a median: their typical size is positive", () => {
  for (const prior of [0.05, 0.2, 1, 10, Number.POSITIVE_INFINITY])
    expect(medianOfEstimates(2, prior)).toBeGreaterThan(0);
});
