import { describe, expect, it } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { adaptBatchNorm } from "../../src/inference/adabs.ts";
import { checkAdaptation } from "../../src/inference/adaptation-check.ts";
import {
  CompensationLadder,
  compensateGdc,
  parseCompensation,
  uncompensated,
} from "../../src/inference/compensation.ts";
import { digitalParameters, scaledColumns } from "../../src/inference/graph.ts";
import { imageAt } from "../../src/inference/image-set.ts";
import { normalisations } from "../../src/inference/normalisation.ts";
import { onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf } from "../../src/network/read.ts";
import { classifier, convNet } from "../network/networks.ts";
import { randomImages } from "./image-sets.ts";

const normalisation = normalisations.none;
const options = { normalisation, batches: 1, batchSize: 40, threads: 1 };
const kept = 0.015;

/** Two batch norms in a row after a 1 x 1 convolution that multiplies channel c by c + 1. */
const chain = (opset: number) =>
  networkOf(
    classifier({
      nodes: [
        onnxNode("Conv", ["image", "w"], ["c"]),
        onnxNode("BatchNormalization", ["c", "g1", "b1", "m1", "v1"], ["n1"]),
        onnxNode("BatchNormalization", ["n1", "g2", "b2", "m2", "v2"], ["n2"]),
        onnxNode("GlobalAveragePool", ["n2"], ["p"]),
        onnxNode("Flatten", ["p"], ["scores"]),
      ],
      initializers: [
        floatTensor("w", [2, 2, 1, 1], [1, 0, 0, 2]),
        floatTensor("g1", [2], [3, 0.5]),
        floatTensor("b1", [2], [7, -2]),
        floatTensor("m1", [2], [10, 20]),
        floatTensor("v1", [2], [30, 40]),
        ...["g2", "v2"].map((name) => floatTensor(name, [2], [1, 1])),
        ...["b2", "m2"].map((name) => floatTensor(name, [2], [0, 0])),
      ],
      input: ["batch", 2, 4, 4],
      classes: 2,
      opset,
    }),
  );

/** Mean and unbiased variance of `scale` times the pixels of one channel, as fractions of 255. */
function momentsOf(images: ReturnType<typeof randomImages>, channel: number, scale: number) {
  const values = Array.from({ length: images.count }, (_, k) => k).flatMap((k) =>
    Array.from(imageAt(images, k).subarray(16 * channel, 16 * channel + 16), (byte) => (scale * byte) / 255),
  );
  const mean = values.reduce((a, b) => a + b) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1), count: values.length };
}

describe("adapting batch norm statistics", () => {
  const images = randomImages(seededPrng(11), 40, [2, 4, 4]);

  it.each([9, 13, 18])("moves them to the batch's mean and unbiased variance (opset %i)", async (opset) => {
    const network = chain(opset);
    const weights = digitalParameters(network).weights;
    const [first] = await adaptBatchNorm(network, { weights }, images, { ...options, prng: seededPrng(1) });
    for (const channel of [0, 1]) {
      const batch = momentsOf(images, channel, channel + 1);
      expect(first?.mean[channel]).toBeCloseTo(kept * (10 + 10 * channel) + (1 - kept) * batch.mean, 4);
      expect(first?.variance[channel]).toBeCloseTo(
        kept * (30 + 10 * channel) + (1 - kept) * batch.variance,
        4,
      );
    }
  });

  it("shows later layers what earlier ones give when they normalise with the batch itself", async () => {
    const network = chain(13);
    const weights = digitalParameters(network).weights;
    const [, second] = await adaptBatchNorm(network, { weights }, images, {
      ...options,
      prng: seededPrng(1),
    });
    // The first one's output has mean beta and variance gamma^2 v / (v + epsilon), whatever its stored statistics are.
    for (const [channel, gamma, beta] of [
      [0, 3, 7],
      [1, 0.5, -2],
    ] as const) {
      const { variance, count } = momentsOf(images, channel, channel + 1);
      const biased = (variance * (count - 1)) / count;
      const given = ((gamma ** 2 * biased) / (biased + 1e-5)) * (count / (count - 1));
      expect(second?.mean[channel]).toBeCloseTo((1 - kept) * beta, 4);
      // The first one's stored mean is 30 deviations off, which leaves three digits of its variance.
      expect((second?.variance[channel] ?? 0) / (kept + (1 - kept) * given)).toBeCloseTo(1, 3);
    }
  });

  it("is the same again with the same seed, and another with another augmentation", async () => {
    const network = chain(13);
    const { weights } = digitalParameters(network);
    const run = (seed: number, cropPixels: number) =>
      adaptBatchNorm(network, { weights }, images, {
        ...options,
        batches: 4,
        batchSize: 10,
        augment: { cropPixels, flip: true },
        prng: seededPrng(seed),
      });
    expect(await run(1, 1)).toEqual(await run(1, 1));
    expect(await run(1, 1)).not.toEqual(await run(2, 1));
    expect(await run(1, 1)).not.toEqual(await run(1, 0));
  });

  it("works behind fully connected layers too", async () => {
    const network = networkOf(
      classifier({
        nodes: [
          onnxNode("MatMul", ["image", "w"], ["h"]),
          onnxNode("BatchNormalization", ["h", "one", "zero", "zero", "one"], ["scores"]),
        ],
        initializers: [
          floatTensor("w", [2, 2], [1, 0, 0, 1]),
          floatTensor("one", [2], [1, 1]),
          floatTensor("zero", [2], [0, 0]),
        ],
        input: ["batch", 2],
        classes: 2,
      }),
    );
    const pixels = Uint8Array.of(0, 51, 255, 51, 0, 51, 255, 51);
    const four = { ...randomImages(seededPrng(1), 4, [2, 1, 1]), pixels };
    const [norm] = await adaptBatchNorm(network, digitalParameters(network), four, {
      ...options,
      batchSize: 4,
      prng: seededPrng(1),
    });
    expect(norm?.mean[0]).toBeCloseTo(0.985 * 0.5, 5);
    expect(norm?.mean[1]).toBeCloseTo(0.985 * 0.2, 5);
    expect(norm?.variance[0]).toBeCloseTo(kept + 0.985 / 3, 5);
    expect(norm?.variance[1]).toBeCloseTo(kept, 5);
  });

  it("refuses too few images, with what it needs", async () => {
    const network = chain(13);
    const weights = digitalParameters(network).weights;
    const call = adaptBatchNorm(network, { weights }, images, { normalisation, prng: seededPrng(1) });
    await expect(call).rejects.toMatchObject({
      code: "BAD_DATA",
      message: "the calibration needs 13 batches of 200 images, the calibration file has 40 images",
    });
  });
});

describe("the compensation ladder", () => {
  const network = networkOf(convNet());
  const reference = digitalParameters(network).weights;
  const now = reference.map((weights, layer) => weights.map((w) => w * (layer === 0 ? 0.5 : 0.8)));
  const images = randomImages(seededPrng(2), 40, [2, 4, 4]);
  const adabs = new CompensationLadder(network, { ...options, images, seed: 1 });

  it("leaves weights as read without compensation", () => {
    expect(uncompensated(network, now).parameters.weights).toEqual(now);
  });

  it("scales every layer, bias row included, back to its reference with GDC", () => {
    const { alphas, parameters } = compensateGdc(network, reference, now);
    expect(alphas.map((alpha) => Number(alpha.toFixed(5)))).toEqual([2, 1.25]);
    parameters.weights.forEach((weights, layer) => {
      scaledColumns(weights, parameters.scales?.[layer]).forEach((w, k) => {
        expect(w).toBeCloseTo(reference[layer]?.[k] ?? Number.NaN, 5);
      });
    });
    expect(parameters.batchNorms).toBe(network.batchNorms);
  });

  it("adds adapted statistics to GDC with AdaBS", async () => {
    const result = await adabs.compensate(parseCompensation("adabs"), reference, now);
    expect(result.parameters.weights).toEqual(compensateGdc(network, reference, now).parameters.weights);
    expect(result.parameters.batchNorms[0]?.mean).not.toEqual(network.batchNorms[0]?.mean);
    expect(result).toMatchObject({ cost: { mvms: 23, images: 40 }, note: undefined });
  });

  it("says that AdaBS equals GDC for a network without batch norm", async () => {
    const plain = networkOf(
      classifier({
        nodes: [onnxNode("MatMul", ["image", "w"], ["scores"])],
        initializers: [floatTensor("w", [2, 2], [1, 2, 3, 4])],
        input: ["batch", 2],
        classes: 2,
      }),
    );
    const weights = digitalParameters(plain).weights;
    const result = await new CompensationLadder(plain, undefined).compensate(
      parseCompensation("adabs"),
      weights,
      weights,
    );
    const { note, ...rest } = result;
    const { note: _, ...gdc } = compensateGdc(plain, weights, weights);
    expect(rest).toEqual(gdc);
    expect(note).toContain("no batch normalisation");
  });
});

describe("the check of the calibration images on the digital network", () => {
  /** Compares the two pixels of an image after a batch norm whose stored statistics do nothing. */
  const network = networkOf(
    classifier({
      nodes: [
        onnxNode("MatMul", ["image", "w"], ["h"]),
        onnxNode("BatchNormalization", ["h", "one", "zero", "zero", "one"], ["scores"]),
      ],
      initializers: [
        floatTensor("w", [2, 2], [1, 0, 0, 1]),
        floatTensor("one", [2], [1, 1]),
        floatTensor("zero", [2], [0, 0]),
      ],
      input: ["batch", 2],
      classes: 2,
    }),
  );
  const brighter = ([a = 0, b = 0]: Uint8Array): number => (b > a ? 1 : 0);
  const test = randomImages(seededPrng(1), 400, [1, 1, 2], brighter);
  const check = (images: typeof test) =>
    checkAdaptation(network, test, { ...options, batchSize: 200, images, seed: 1 });

  it("warns when images unlike the test images cost accuracy", async () => {
    const alike = randomImages(seededPrng(2), 4000, [1, 1, 2], brighter);
    const seen = new Set(Array.from({ length: 400 }, (_, k) => imageAt(test, k).join()));
    // The second pixel of these is always dark, so that its channel is stretched the most.
    const dark = Array.from({ length: alike.count }, (_, k) => imageAt(alike, k))
      .map(([a = 0, b = 0]) => [a, b >> 3])
      .filter((pixels) => !seen.has(pixels.join()))
      .slice(0, 200);
    const images = {
      ...alike,
      count: 200,
      pixels: Uint8Array.from(dark.flat()),
      labels: new Uint8Array(200),
    };
    const { plain, lostPercent, warning } = await check(images);
    expect(plain.accuracy).toBe(1);
    expect(lostPercent).toBeGreaterThan(10);
    expect(warning).toContain(`AdaBS alone costs the digital network ${lostPercent.toFixed(1)} %`);
  });

  it("refuses calibration images that are test images", async () => {
    await expect(check(test)).rejects.toMatchObject({ code: "BAD_DATA" });
  });
});
