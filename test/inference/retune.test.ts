import { describe, expect, it, test } from "vitest";
import { pooledJointly, regressionSlope } from "../../calibration/compensation/regression.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { CompensationLadder, parseCompensation } from "../../src/inference/compensation.ts";
import { digitalParameters, type Parameters, withParameters } from "../../src/inference/graph.ts";
import { normalisations } from "../../src/inference/normalisation.ts";
import { retuneBatchNorm } from "../../src/inference/retune.ts";
import { openSession } from "../../src/inference/session.ts";
import { onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf } from "../../src/network/read.ts";
import { classifier } from "../network/networks.ts";
import { randomImages } from "./image-sets.ts";

const images = randomImages(seededPrng(3), 60, [2, 4, 4]);
const options = { normalisation: normalisations.none, batches: 3, batchSize: 20, threads: 1 };

/** Two convolutions of one pixel, each with its batch norm, and a shortcut around the second. */
const network = networkOf(
  classifier({
    nodes: [
      onnxNode("Conv", ["image", "w1"], ["c1"]),
      onnxNode("BatchNormalization", ["c1", "g", "b", "m", "v"], ["n1"]),
      onnxNode("Relu", ["n1"], ["r1"]),
      onnxNode("Conv", ["r1", "w2"], ["c2"]),
      onnxNode("BatchNormalization", ["c2", "g", "b", "m", "v"], ["n2"]),
      onnxNode("Add", ["n2", "r1"], ["sum"]),
      onnxNode("GlobalAveragePool", ["sum"], ["p"]),
      onnxNode("Flatten", ["p"], ["scores"]),
    ],
    initializers: [
      floatTensor("w1", [2, 2, 1, 1], [1, 0.3, -0.4, 2]),
      floatTensor("w2", [2, 2, 1, 1], [0.5, -1, 0.7, 0.2]),
      floatTensor("g", [2], [3, 0.5]),
      floatTensor("b", [2], [1, -0.2]),
      floatTensor("m", [2], [0.4, 0.6]),
      floatTensor("v", [2], [0.3, 0.2]),
    ],
    input: ["batch", 2, 4, 4],
    classes: 2,
  }),
);

async function scores(parameters: Parameters): Promise<Float32Array> {
  const session = await openSession(network, withParameters(network, parameters), { threads: 1 });
  const input = Float32Array.from(images.pixels, (byte) => byte / 255);
  const outputs = await session.run(input, images.count, [2, 4, 4]);
  await session.close();
  return outputs.get("scores")?.values ?? new Float32Array();
}

describe("retuning gamma and beta", () => {
  const digital = digitalParameters(network);
  /** Every column has a gain of its own, of either sign. */
  const skewed = digital.weights.map((weights) =>
    weights.map((weight, at) => weight * (at % 2 === 0 ? 0.4 : -1.7)),
  );

  it("gives back the digital scores when columns have gains of their own, their signs included", async () => {
    const ladder = new CompensationLadder(network, { images, seed: 1, ...options });
    const { parameters, cost } = await ladder.compensate(
      parseCompensation("retune"),
      digital.weights,
      skewed,
    );
    const [given, expected] = [await scores(parameters), await scores(digital)];
    given.forEach((score, at) => {
      expect(score).toBeCloseTo(expected[at] ?? Number.NaN, 4);
    });
    expect(cost).toMatchObject({ images: 60 });
  });

  it("takes back what another weight adds to the spread, as least squares have it", async () => {
    // The first column's weight of the second input is wrong: its outputs are those wanted and an error that depends on the input.
    const wrong = digital.weights.map((weights, layer) =>
      layer === 0 ? weights.map((weight, at) => (at === 2 ? weight + 0.9 : weight)) : weights,
    );
    const [norm] = await retuneBatchNorm(network, { weights: wrong }, images, {
      ...options,
      prng: seededPrng(1),
    });
    const pixels = Array.from({ length: images.count * 16 }, (_, k) => {
      const at = Math.floor(k / 16) * 32 + (k % 16);
      return [(images.pixels[at] ?? 0) / 255, (images.pixels[at + 16] ?? 0) / 255] as const;
    });
    const given = pixels.map(([a, b]) => a + 1.2 * b);
    const wanted = pixels.map(([a, b]) => (3 * (a + 0.3 * b - 0.4)) / Math.sqrt(0.3 + 1e-5) + 1);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [mx, my] = [mean(given), mean(wanted)];
    const variance = mean(given.map((x) => (x - mx) ** 2));
    const covariance = mean(given.map((x, k) => (x - mx) * ((wanted[k] ?? 0) - my)));
    expect(norm?.mean[0]).toBeCloseTo(mx, 4);
    expect(norm?.beta?.[0]).toBeCloseTo(my, 4);
    expect(norm?.gamma?.[0]).toBeCloseTo((covariance / variance) * Math.sqrt(variance + 1e-5), 3);
  });
});

test("moments of two batches are those of all their values", () => {
  // Values 0, 2 and 4, 6 with wanted values 1, 5 and 9, 13: wanted = 2 value + 1.
  const of = (mean: number, wantedMean: number) => ({
    ...{ mean: Float32Array.of(mean), wantedMean: Float32Array.of(wantedMean) },
    ...{ variance: Float32Array.of(1), covariance: Float32Array.of(2) },
  });
  const pooled = pooledJointly([of(1, 3), of(5, 11)]);
  expect(pooled).toMatchObject({ mean: Float32Array.of(3), wantedMean: Float32Array.of(7) });
  expect(pooled.variance[0]).toBe(5);
  expect(regressionSlope(pooled)[0]).toBe(2);
  expect(regressionSlope({ ...pooled, variance: Float32Array.of(0) })[0]).toBe(0);
});
