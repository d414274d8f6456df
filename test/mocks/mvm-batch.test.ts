/** The WebAssembly kernel against plain loops, bit by bit, at sizes that fill no block, panel or pass. */

import { describe, expect, test } from "vitest";
import { type Batch, multiplyBatch, type Phase } from "../../mocks/array/mvm/batch.ts";
import type { Converters } from "../../mocks/array/mvm/converters.ts";
import { createKernel } from "../../mocks/array/mvm/kernel-memory.ts";
import { packMatrix } from "../../mocks/array/mvm/packed-matrix.ts";
import { type Prng, seededPrng } from "../../src/core/prng.ts";
import { referenceBatch, unpacked } from "./mvm-reference.ts";

const onePhase: readonly Phase[] = [{ polarity: "both", matrix: 0, term: 1 }];
const fourPhases: readonly Phase[] = [
  { polarity: "positive", matrix: 0, term: 1 },
  { polarity: "positive", matrix: 1, term: -1 },
  { polarity: "negative", matrix: 0, term: -1 },
  { polarity: "negative", matrix: 1, term: 1 },
];

const converters: Converters = {
  mixedSeed: 99,
  errors: {
    gain: Float32Array.from({ length: 300 }, (_, n) => 1 + 0.07 * Math.sin(n)),
    offsetCodes: Float32Array.from({ length: 300 }, (_, n) => Math.cos(n)),
  },
  largestInput: 127,
  largestCode: 127,
  siemensPerCode: 0.4e-6,
  conversionNoiseCodes: 0.3,
  wireOhms: 0.35,
  varianceFactor: (mean) => 1.5 - mean,
};

const weightsOf = (random: Prng, count: number, sign: boolean) => {
  const values = (scale: number, from: number): Float32Array =>
    Float32Array.from({ length: count }, () => scale * (random.uniform() - from));
  const siemens = values(20e-6, sign ? 0.5 : 0);
  return { siemens, loadSiemens: values(40e-6, 0), variance: values(1e-13, 0) };
};

function batchOf(rows: number, columns: number, vectors: number, phases: readonly Phase[]): Batch {
  const random = seededPrng(rows * 7919 + columns * 31 + vectors);
  const matrix = () => packMatrix(weightsOf(random, rows * columns, phases.length === 1), { rows, columns });
  return {
    matrices: phases.length === 1 ? [matrix()] : [matrix(), matrix()],
    firstRow: 3,
    firstColumn: 5,
    phases,
    inputs: Int8Array.from({ length: vectors * rows }, () => random.below(255) - 127),
    startSeconds: 1.25,
    phaseSeconds: 130e-9,
  };
}

const memory = createKernel({ rows: 256, columns: 256 });
const sizes = [
  [1, 1, 1],
  [2, 8, 4],
  [5, 3, 7],
  [63, 9, 65],
  [65, 17, 3],
  [129, 20, 66],
  [255, 31, 5],
  [256, 256, 9],
] as const;

describe.each([
  ["one phase", onePhase],
  ["four phases", fourPhases],
])("%s", (_, phases) => {
  test.each(sizes)("%i rows x %i columns, %i vectors: every code is that of the plain loops", (...size) => {
    const batch = batchOf(...size, phases);
    const { outputs, saturatedOutputs } = multiplyBatch(memory, converters, batch);
    const expected = referenceBatch(converters, batch);
    expect([...outputs]).toEqual(expected.outputs);
    expect(saturatedOutputs).toBe(expected.saturated);
  });
});

test("a batch leaves nothing behind that the next one could see", () => {
  const small = batchOf(5, 3, 7, onePhase);
  const alone = multiplyBatch(createKernel({ rows: 256, columns: 256 }), converters, small);
  multiplyBatch(memory, converters, batchOf(256, 256, 80, fourPhases));
  expect(multiplyBatch(memory, converters, small)).toEqual(alone);
});

test("weights are packed to half a step and their variances to the mean of four rows", () => {
  const { siemens, loadSiemens, variance } = weightsOf(seededPrng(1), 70 * 11, true);
  const packed = packMatrix({ siemens, loadSiemens, variance }, { rows: 70, columns: 11 });
  for (let row = 0; row < 70; row++) {
    for (let column = 0; column < 11; column++) {
      const step = unpacked(packed.steps, packed.paddedRows, row, column);
      expect(Math.abs(step * packed.siemensPerStep - siemens[row * 11 + column]!)).toBeLessThanOrEqual(
        0.501 * packed.siemensPerStep,
      );
    }
  }
  const mean = [0, 1, 2, 3].map((row) => variance[row * 11]!).reduce((a, b) => a + b) / 4;
  const step = unpacked(packed.varianceSteps, packed.paddedRows / 4, 0, 0);
  expect(step * packed.variancePerStep).toBeCloseTo(mean, 15);
});

test("the noise of an output is right to 1 % although variances are known for groups of four rows only", () => {
  const [rows, columns, vectors] = [256, 64, 50];
  const random = seededPrng(2);
  // Four devices a unit cell, with the noise law of FACTS 7.6 for normal weights.
  const variance = Float32Array.from({ length: rows * columns }, () => {
    const siemens = Math.min(10.35e-6, Math.abs(3.1e-6 * random.normal()));
    return 2 * (0.012 * siemens + 0.054e-6) ** 2 + 2 * 0.054e-6 ** 2;
  });
  const siemens = new Float32Array(variance.length);
  const packed = packMatrix({ siemens, loadSiemens: siemens, variance }, { rows, columns });
  const ratios = Array.from({ length: vectors * columns }, (_, n) => n % columns).map((column, n) => {
    const codes = seededPrng(Math.floor(n / columns));
    let [exact, grouped] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const square = (codes.below(255) - 127) ** 2;
      exact += square * variance[row * columns + column]!;
      const steps = unpacked(packed.varianceSteps, packed.paddedRows / 4, Math.floor(row / 4), column);
      grouped += Math.floor(square / 4) * 4 * steps * packed.variancePerStep;
    }
    return Math.sqrt(grouped / exact) - 1;
  });
  const rms = Math.sqrt(ratios.reduce((sum, ratio) => sum + ratio ** 2, 0) / ratios.length);
  expect(rms).toBeGreaterThan(0.001);
  expect(rms).toBeLessThan(0.015);
  expect(Math.abs(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length)).toBeLessThan(0.003);
});
