import { describe, expect, test } from "vitest";
import type { Batch } from "../../examples/digits/training/batch.ts";
import { convolve } from "../../examples/digits/training/convolution.ts";
import { train } from "../../examples/digits/training/forward.ts";
import { crossEntropy } from "../../examples/digits/training/loss.ts";
import { addProduct, matrix, transposed } from "../../examples/digits/training/matmul.ts";
import { analogWeights, createNetwork, digitalParameters } from "../../examples/digits/training/network.ts";
import { exactWeights, parameter } from "../../examples/digits/training/parameter.ts";
import { clipWeights, largestMagnitude, noisyWeights } from "../../examples/digits/training/weight-noise.ts";
import { type Prng, seededPrng } from "../../src/core/prng.ts";

const step = 1e-6;

function randomBatch(prng: Prng, count: number, channels: number, height: number, width: number): Batch {
  const data = Float64Array.from({ length: count * channels * height * width }, () => prng.normal());
  return { data, count, channels, height, width };
}

/** dL/dx of one number by central differences. */
function slopeOf(values: Float64Array, index: number, loss: () => number): number {
  const kept = values[index]!;
  values[index] = kept + step;
  const above = loss();
  values[index] = kept - step;
  const below = loss();
  values[index] = kept;
  return (above - below) / (2 * step);
}

describe("the gradients of the trainer", () => {
  test("agree with finite differences for every parameter of a small network", () => {
    const prng = seededPrng(11);
    const network = createNetwork([2, 3], 4, prng);
    const images = randomBatch(prng, 3, 1, 5, 6);
    const labels = Uint8Array.of(0, 3, 1);
    const pass = () => train(network, images, exactWeights, () => {});
    const loss = () => crossEntropy(pass().output, labels).value;
    const { output, backward } = pass();
    backward(crossEntropy(output, labels).gradient);
    for (const { name, value, gradient } of [...analogWeights(network), ...digitalParameters(network)]) {
      for (let i = 0; i < value.length; i++) {
        expect(Math.abs(gradient[i]! - slopeOf(value, i, loss)), `${name}[${i}]`).toBeLessThan(1e-7);
      }
    }
  });

  test.each([1, 2])("agree with finite differences for the input of a convolution of stride %i", (stride) => {
    const prng = seededPrng(12);
    const weight = parameter("w", [5, 2, 3, 3], () => prng.normal());
    const input = randomBatch(prng, 2, 2, 5, 4);
    const pass = () => convolve({ weight, stride }, input, exactWeights);
    const slopes = pass().output.data.map(() => prng.normal());
    const loss = () => pass().output.data.reduce((sum, value, i) => sum + value * slopes[i]!, 0);
    const first = pass();
    const gradient = first.backward({ ...first.output, data: slopes });
    for (let i = 0; i < input.data.length; i++) {
      expect(Math.abs(gradient.data[i]! - slopeOf(input.data, i, loss))).toBeLessThan(1e-7);
    }
  });
});

describe("the matrix product", () => {
  test("equals the definition for all sizes around the block size, transposed or not", () => {
    const prng = seededPrng(13);
    for (const [rows, inner, columns] of sizes(9)) {
      const a = Float64Array.from({ length: rows * inner }, () => prng.normal());
      const b = Float64Array.from({ length: inner * columns }, () => prng.normal());
      const c = new Float64Array(rows * columns);
      addProduct(transposed(matrix(a, inner, rows)), matrix(b, inner, columns), matrix(c, rows, columns));
      for (let cell = 0; cell < c.length; cell++) {
        const [row, column] = [Math.floor(cell / columns), cell % columns];
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += a[k * rows + row]! * b[k * columns + column]!;
        expect(c[cell]).toBeCloseTo(sum, 12);
      }
    }
  });

  test("refuses matrices that do not fit together", () => {
    const m = matrix(new Float64Array(6), 2, 3);
    expect(() => addProduct(m, m, matrix(new Float64Array(4), 2, 2))).toThrow(RangeError);
  });
});

describe("weight noise and clipping", () => {
  test("noise has the wanted size and leaves the clean weights alone", () => {
    const prng = seededPrng(14);
    const weight = parameter("w", [20_000], () => prng.normal());
    const before = weight.value.slice();
    const noisy = noisyWeights([weight], 0.05, prng)(weight);
    const squares = noisy.reduce((sum, value, i) => sum + (value - before[i]!) ** 2, 0);
    const relative = Math.sqrt(squares / before.length) / largestMagnitude(before);
    expect(relative).toBeCloseTo(0.05, 2);
    expect(weight.value).toEqual(before);
  });

  test("clipping bounds the weights at the given number of standard deviations", () => {
    const prng = seededPrng(15);
    const weight = parameter("w", [20_000], () => 3 * prng.normal());
    clipWeights(weight, 2);
    expect(largestMagnitude(weight.value)).toBeGreaterThan(5.8);
    expect(largestMagnitude(weight.value)).toBeLessThan(6.2);
  });
});

function sizes(limit: number): [number, number, number][] {
  const all = Array.from({ length: limit }, (_, i) => i + 1);
  return all.flatMap((a) => all.flatMap((b) => all.map((c): [number, number, number] => [a, b, c])));
}
