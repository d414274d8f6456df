import { describe, expect, test } from "vitest";
import { adaptCorrection, correctedErrors } from "../../calibration/gradient-descent/correction.ts";
import { weightErrors } from "../../calibration/gradient-descent/gradient.ts";
import {
  amperesAfter,
  amperesFor,
  type MeltCurve,
  typicalCurve,
} from "../../calibration/gradient-descent/melt-curve.ts";
import { product } from "../../calibration/gradient-descent/products.ts";
import { randomInputs } from "../../calibration/gradient-descent/random-inputs.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { spread } from "../physics/statistics.ts";

const wide = { adaptation: 0.1, maxScaleChange: 0.5, maxOffsetCodes: 50 };
const uniform = { kind: "uniform" } as const;

const normals = (count: number, deviation: number, seed: number): Float64Array => {
  const random = seededPrng(seed);
  return Float64Array.from({ length: count }, () => deviation * random.normal());
};

describe("random inputs", () => {
  test("are those of their seed, of both signs, and within the codes", () => {
    const inputs = randomInputs(uniform, 4096, 127, seededPrng(3));
    expect(inputs).toEqual(randomInputs(uniform, 4096, 127, seededPrng(3)));
    expect([Math.min(...inputs), Math.max(...inputs)]).toEqual([-127, 127]);
    // Standard deviation of the 255 equally likely codes.
    expect(Math.abs(spread(inputs) / Math.sqrt((255 ** 2 - 1) / 12) - 1)).toBeLessThan(0.03);
  });

  test("of a third of the largest code as standard deviation are normal", () => {
    const inputs = randomInputs({ kind: "normal" }, 8192, 127, seededPrng(4));
    const within = inputs.filter((code) => Math.abs(code) <= 42).length / inputs.length;
    expect(Math.abs(within - 0.6827)).toBeLessThan(0.02);
  });

  test("of signs have the given share of zeros and nothing between", () => {
    const inputs = randomInputs({ kind: "sign", zeroShare: 0.75 }, 8192, 7, seededPrng(5));
    expect(new Set(inputs)).toEqual(new Set([-7, 0, 7]));
    expect(Math.abs(inputs.filter((code) => code === 0).length / 8192 - 0.75)).toBeLessThan(0.02);
  });
});

describe("the correction unit", () => {
  const ideal = normals(2 * 4096, 40, 6);
  const codesOf = (scale: number, offset: number, noise: Float64Array): Int16Array =>
    Int16Array.from(ideal, (value, n) => Math.round(scale * value + offset + noise[n]!));

  test("finds gain and offset of every column, and leaves rounding only", () => {
    const codes = codesOf(1.2, -7, new Float64Array(ideal.length));
    const correction = adaptCorrection(undefined, codes, ideal, 2, wide);
    for (const scale of correction.scale) expect(Math.abs(scale / 1.2 - 1)).toBeLessThan(1e-3);
    for (const offset of correction.offsetCodes) expect(Math.abs(offset + 7)).toBeLessThan(0.02);
    expect(correction.boundedColumns).toBe(0);
    expect(spread(correctedErrors(codes, ideal, correction))).toBeCloseTo(Math.sqrt(1 / 12) / 1.2, 2);
  });

  // Fitted the other way round the scale would be 1 / (1 + (40 / 40)^2) of what it is.
  test("is not shrunk by errors of single weights, however large they are", () => {
    const codes = codesOf(1, 0, normals(ideal.length, 40, 7));
    for (const scale of adaptCorrection(undefined, codes, ideal, 2, wide).scale)
      expect(Math.abs(scale - 1)).toBeLessThan(4 / Math.sqrt(4096));
  });

  test("keeps its bounds, so that what is beyond them stays an error", () => {
    const codes = codesOf(1.5, 0, new Float64Array(ideal.length));
    const correction = adaptCorrection(undefined, codes, ideal, 2, {
      ...wide,
      maxScaleChange: 0.2,
      maxOffsetCodes: 1,
    });
    expect([...correction.scale]).toEqual([1.2, 1.2]);
    expect(correction.boundedColumns).toBe(2);
    expect(spread(correctedErrors(codes, ideal, correction))).toBeCloseTo(spread(ideal) * (1.5 / 1.2 - 1), 1);
  });

  test("follows what pulses do to a whole column only slowly, so that it stays an error", () => {
    const first = adaptCorrection(undefined, codesOf(1.2, 0, new Float64Array(ideal.length)), ideal, 2, wide);
    const weaker = codesOf(1.0, 0, new Float64Array(ideal.length));
    const next = adaptCorrection(first, weaker, ideal, 2, wide);
    expect(next.scale[0]).toBeCloseTo(1.18, 3);
    const errors = correctedErrors(weaker, ideal, next);
    expect(spread(errors) / spread(ideal)).toBeCloseTo(1 - 1 / 1.18, 2);
  });

  test("takes a column that is meant to give nothing as it is", () => {
    const codes = Int16Array.from({ length: 64 }, () => 3);
    const { scale, offsetCodes } = adaptCorrection(undefined, codes, new Float64Array(64), 1, wide);
    expect([scale[0], offsetCodes[0]]).toEqual([1, 3]);
  });
});

describe("the gradient", () => {
  const [rows, columns, vectors] = [32, 4, 1024];
  const inputs = randomInputs(uniform, vectors * rows, 127, seededPrng(8));
  const wrong = normals(rows * columns, 0.5, 9);

  test("without refinements scatters by what the errors of the other rows leave by chance", () => {
    const { values, deviations } = weightErrors(inputs, product(inputs, wrong, rows), rows, 0);
    const scatter = spread(values.map((value, n) => value - wrong[n]!));
    // sum over the rows of error^2 / vectors; the estimated deviations must say the same.
    expect(Math.abs(scatter / (0.5 * Math.sqrt(rows / vectors)) - 1)).toBeLessThan(0.15);
    for (const deviation of deviations) expect(Math.abs(deviation / scatter - 1)).toBeLessThan(0.3);
  });

  test("with refinements is the error of every weight when products have no noise", () => {
    const { values } = weightErrors(inputs, product(inputs, wrong, rows), rows, 12);
    values.forEach((value, n) => {
      expect(value).toBeCloseTo(wrong[n]!, 4);
    });
  });

  test("scatters by its own deviations when products have noise", () => {
    const noise = normals(vectors * columns, 30, 10);
    const noisy = product(inputs, wrong, rows).map((value, n) => value + noise[n]!);
    const { values, deviations } = weightErrors(inputs, noisy, rows, 6);
    const inDeviations = values.map((value, n) => (value - wrong[n]!) / deviations[n % columns]!);
    expect(Math.abs(spread(inDeviations) - 1)).toBeLessThan(0.2);
  });

  test("sees everything but a factor that a whole column has in common", () => {
    const targets = normals(rows * columns, 1, 11);
    const ideal = product(inputs, targets, rows);
    const weaker = targets.map((target, n) => (n % columns === 0 ? 0.9 * target : target));
    const codes = Int16Array.from(product(inputs, weaker, rows), Math.round);
    const correction = adaptCorrection(undefined, codes, ideal, columns, wide);
    expect(correction.scale[0]).toBeCloseTo(0.9, 3);
    const { values } = weightErrors(inputs, correctedErrors(codes, ideal, correction), rows, 6);
    for (const value of values) expect(Math.abs(value)).toBeLessThan(1e-3);
  });
});

describe("the melt-quench curve", () => {
  const curve: MeltCurve = { setSiemens: 14e-6, slopeAmperes: 20e-6, halfAmperes: 150e-6 };
  const siemensAt = (amperes: number, half = curve.halfAmperes): number =>
    curve.setSiemens / (1 + Math.exp((amperes - half) / curve.slopeAmperes));

  test.each([1e-6, 4e-6, 9e-6])(
    "gives the amplitude for %d S, of any device and of one that is known",
    (to) => {
      expect(siemensAt(amperesFor(curve, to))).toBeCloseTo(to, 12);
      const [half, known] = [171e-6, 180e-6];
      const after = amperesAfter(curve, known, siemensAt(known, half), to);
      expect(siemensAt(after, half)).toBeCloseTo(to, 12);
    },
  );

  test("asks for no endless current at the ends", () => {
    for (const to of [0, curve.setSiemens, 1]) expect(Number.isFinite(amperesFor(curve, to))).toBe(true);
  });

  test("is learned from the devices that are known", () => {
    const random = seededPrng(12);
    const amperes = Float32Array.from({ length: 500 }, (_, n) =>
      n % 5 === 0 ? 0 : 120e-6 + 60e-6 * random.uniform(),
    );
    const siemens = amperes.map((current) => siemensAt(current));
    const guess = { ...curve, slopeAmperes: 40e-6, halfAmperes: 90e-6 };
    const { halfAmperes, slopeAmperes } = typicalCurve(amperes, siemens, guess);
    expect(halfAmperes).toBeCloseTo(curve.halfAmperes, 9);
    expect(slopeAmperes).toBeCloseTo(curve.slopeAmperes, 9);
    expect(typicalCurve(amperes.subarray(0, 99), siemens, guess)).toBe(guess);
  });
});
