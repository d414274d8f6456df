/** Errors of layers against analytic ones: noise of weights, quantised products, broken columns, and where they came from. */

import { describe, expect, it, test } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { digitalParameters, type LayerProduct, type Parameters } from "../../src/inference/graph.ts";
import { normalisations } from "../../src/inference/normalisation.ts";
import { batchMoments, joinedMoments } from "../../src/inference/validation/column-moments.ts";
import { compareLayers } from "../../src/inference/validation/compare-layers.ts";
import { type ComparedMoments, layerErrors } from "../../src/inference/validation/layer-errors.ts";
import { outlierChannels } from "../../src/inference/validation/outliers.ts";
import { randomErrors } from "../../src/inference/validation/random-products.ts";
import { tensorsOf } from "../../src/network/matrix.ts";
import type { OnnxModel } from "../../src/network/onnx/model.ts";
import { intAttribute, intsAttribute, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf } from "../../src/network/read.ts";
import { classifier, convNet, normalLayer } from "../network/networks.ts";
import { randomImages } from "./image-sets.ts";

const options = { normalisation: normalisations.none, threads: 1, batchSize: 50 };
const side = 6;
const inputs = side * side;
const outputs = 24;
const images = randomImages(seededPrng(3), 170, [1, side, side]);

/** One product of matrices, then a second one to the scores. */
const twoLayers = (): OnnxModel =>
  classifier({
    nodes: [
      onnxNode("Flatten", ["image"], ["flat"]),
      onnxNode("Gemm", ["flat", "hidden.weight"], ["h"]),
      onnxNode("MatMul", ["h", "out.weight"], ["scores"]),
    ],
    initializers: [
      floatTensor("hidden.weight", [inputs, outputs], normalLayer(inputs, outputs, seededPrng(1)).weights),
      floatTensor("out.weight", [outputs, 3], normalLayer(outputs, 3, seededPrng(2)).weights),
    ],
    input: ["batch", 1, side, side],
    classes: 3,
  });

const network = networkOf(twoLayers());
const digital = digitalParameters(network);
const [hidden] = network.layers;

const withFirst = (weights: Float32Array): Parameters => ({
  ...digital,
  weights: [weights, digital.weights[1]!],
});

const noisy = (weights: Float32Array, sigma: number, seed: number): Float32Array => {
  const prng = seededPrng(seed);
  return weights.map((weight) => weight + sigma * prng.normal());
};

describe("layers of a chip beside those of the digital network", () => {
  it("have no error with the weights of the file", async () => {
    const coloured = randomImages(seededPrng(4), 60, [2, 4, 4]);
    for (const [model, given] of [
      [twoLayers(), images],
      [convNet(), coloured],
      [convNet(18), coloured],
    ] as const) {
      const own = networkOf(model);
      for (const layer of await compareLayers(own, digitalParameters(own), given, options))
        for (const mode of ["own", "accumulated"] as const) {
          const { mvmError, correlation, effectiveBits } = layerErrors(layer[mode]);
          expect(mvmError).toBe(0);
          expect(correlation).toBeCloseTo(1, 6);
          expect(effectiveBits).toBe(24);
        }
    }
  });

  it("have the error that Gaussian noise of the weights predicts, and hand it on", async () => {
    const sigma = 0.1;
    const [first, second] = await compareLayers(
      network,
      withFirst(noisy(hidden!.weights, sigma, 9)),
      images,
      options,
    );
    const own = layerErrors(first!.own);
    // E||x dW||^2 = sigma^2 ||x||^2 columns for every input, against ||x W||^2 with weights of variance 1 drawn once.
    const energy = images.pixels.reduce((sum, byte) => sum + (byte / 255) ** 2, 0);
    const wanted = outputsOf(hidden!.weights);
    const predicted = Math.sqrt((sigma ** 2 * energy * outputs) / wanted);
    expect(own.mvmError / predicted).toBeGreaterThan(0.85);
    expect(own.mvmError / predicted).toBeLessThan(1.15);
    expect(layerErrors(first!.accumulated)).toEqual(own);
    expect(layerErrors(second!.own).mvmError).toBe(0);
    expect(layerErrors(second!.accumulated).mvmError).toBeGreaterThan(0.3 * own.mvmError);
  });

  it("are told exactly, batch by batch, what two passes over all outputs tell", async () => {
    const chip = noisy(hidden!.weights, 0.3, 4);
    const [layer] = await compareLayers(network, withFirst(chip), images, options);
    const [y, z] = [outputsIn(hidden!.weights), outputsIn(chip)];
    const { mvmError, correlation, effectiveBits } = layerErrors(layer!.own);
    const error = Math.sqrt(sum(z.map((value, at) => (value - y[at]!) ** 2)));
    expect(mvmError).toBeCloseTo(error / Math.sqrt(sum(y.map((value) => value ** 2))), 5);
    expect(correlation).toBeCloseTo(pearson(y, z), 5);
    const centre = sum(y) / y.length;
    const spread = Math.sqrt(sum(y.map((value) => (value - centre) ** 2)));
    expect(effectiveBits).toBeCloseTo(Math.log2(spread / error), 4);
  });

  it("are compared behind products of their own and the scales of software", async () => {
    const halved: Parameters = {
      weights: network.layers.map(({ weights }) => weights.map((weight) => weight / 2)),
      scales: network.layers.map(({ columns }) => new Float32Array(columns).fill(2)),
      batchNorms: [],
      products: network.layers.map(() => plainProduct),
    };
    for (const layer of await compareLayers(network, halved, images, options))
      for (const mode of ["own", "accumulated"] as const)
        expect(layerErrors(layer[mode]).mvmError).toBeLessThan(1e-6);
  });
});

/** What the layer's own node does, as another one. */
const plainProduct: LayerProduct = {
  nodes({ layer, node, weights, input, output, prefix }) {
    const tensor = floatTensor(`${prefix}::w`, layer.weightDims, tensorsOf(layer, weights).weight);
    return {
      nodes: [
        onnxNode("Identity", [input], [`${prefix}::in`]),
        { ...node, inputs: [`${prefix}::in`, tensor.name], outputs: [output] },
      ],
      tensors: [tensor],
    };
  },
};

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function outputsIn(weights: Float32Array): number[] {
  return Array.from({ length: images.count * outputs }, (_, at) => {
    const [image, column] = [Math.floor(at / outputs), at % outputs];
    let value = 0;
    for (let row = 0; row < inputs; row++)
      value += (images.pixels[image * inputs + row]! / 255) * weights[row * outputs + column]!;
    return value;
  });
}

const outputsOf = (weights: Float32Array): number => sum(outputsIn(weights).map((value) => value ** 2));

function pearson(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [sum(x) / x.length, sum(y) / y.length];
  const cov = sum(x.map((value, at) => (value - mx) * (y[at]! - my)));
  return cov / Math.sqrt(sum(x.map((value) => (value - mx) ** 2)) * sum(y.map((value) => (value - my) ** 2)));
}

/** Moments of samples, column by column. */
function momentsOf(columns: readonly (readonly number[])[]) {
  const means = columns.map((values) => sum(values) / values.length);
  const variances = columns.map(
    (values, at) => sum(values.map((v) => (v - means[at]!) ** 2)) / values.length,
  );
  return batchMoments(columns[0]?.length ?? 0, means, variances);
}

const comparedColumns = (
  y: readonly (readonly number[])[],
  change: (value: number, column: number) => number,
): ComparedMoments => {
  const z = y.map((values, column) => values.map((value) => change(value, column)));
  const error = z.map((values, column) => values.map((value, at) => value - y[column]![at]!));
  return { digital: momentsOf(y), chip: momentsOf(z), error: momentsOf(error) };
};

const uniformColumns = (columns: number, count = 4000) => {
  const prng = seededPrng(6);
  return Array.from({ length: columns }, () => Array.from({ length: count }, () => 2 * prng.uniform() - 1));
};

test.each([3, 5, 8])("a uniform product that is rounded to %i bits has as many effective bits", (bits) => {
  const step = 2 / 2 ** bits;
  const moments = comparedColumns(uniformColumns(8), (value) => (Math.floor(value / step) + 0.5) * step);
  expect(layerErrors(moments).effectiveBits).toBeCloseTo(bits, 1);
});

test("moments of parts, put together, are those of the whole", () => {
  const columns = uniformColumns(3, 90).map((values) => values.map((value) => value + 1000));
  const [a, b] = [columns.map((values) => values.slice(0, 20)), columns.map((values) => values.slice(20))];
  const joined = joinedMoments(momentsOf(a), momentsOf(b));
  const whole = momentsOf(columns);
  joined.mean.forEach((mean, column) => {
    expect(mean).toBeCloseTo(whole.mean[column]!, 9);
    expect(joined.squares[column]).toBeCloseTo(whole.squares[column]!, 6);
  });
});

describe("a column that stands out", () => {
  const prng = seededPrng(7);
  const noise = (value: number): number => value + 0.02 * prng.normal();
  const columns = uniformColumns(16, 500);
  const found = (change: (value: number) => number) =>
    outlierChannels(comparedColumns(columns, (value, column) => noise(column === 5 ? change(value) : value)));

  it.each([
    ["is zero", () => 0, /same output whatever the input/],
    ["has an offset", (value: number) => value + 2, /constant offset of \+2\.0/],
    ["has a gain", (value: number) => 1.6 * value, /gain of 1\.60/],
    ["gives something else", () => 2 * prng.uniform() - 1, /unrelated/],
  ])("because it %s is named with what may be wrong", (_, change, suspicion) => {
    const [outlier, ...others] = found(change);
    expect(others).toEqual([]);
    expect(outlier).toMatchObject({ column: 5, suspicion: expect.stringMatching(suspicion) });
    expect(outlier!.robustZ).toBeGreaterThan(10);
  });

  it("is not there when all columns are alike, or too few to tell", () => {
    expect(found((value) => value)).toEqual([]);
    expect(outlierChannels(comparedColumns(columns.slice(0, 3), (v, k) => (k === 0 ? 0 : noise(v))))).toEqual(
      [],
    );
  });

  it.each([
    ["one weight is off", 0, (at: number) => (at === 11 ? 4 : 0), /weight of row 11, off by \+4\.0/],
    ["all are off alike", 0, () => 0.5, /all weights off by about \+0\.50/],
    ["all are too small", -0.5, () => 0, /all weights 0\.50 times/],
  ])("is traced to its weights: %s", async (_, factor, error, suspicion) => {
    const column = 3;
    const chip = noisy(hidden!.weights, 0.01, 8).map((weight, at) =>
      at % outputs === column
        ? weight + factor * hidden!.weights[at]! + error((at - column) / outputs)
        : weight,
    );
    const [layer] = await compareLayers(network, withFirst(chip), images, options);
    const [outlier] = outlierChannels(layer!.own, { digital: hidden!.weights, chip });
    expect(outlier).toMatchObject({ column, suspicion: expect.stringMatching(suspicion) });
  });
});

describe("random inputs", () => {
  const layer = normalLayer(200, 40, seededPrng(5));

  it("give the error that the weights predict: the noise over the weights", () => {
    const { mvmError, residual } = randomErrors(layer, noisy(layer.weights, 0.15, 6), seededPrng(1));
    expect(mvmError).toBeCloseTo(0.15, 2);
    expect(residual).toBeGreaterThan(0.14);
    expect(residual).toBeLessThan(mvmError);
  });

  it("leave nothing of what a scale of the columns undoes", () => {
    const { mvmError, residual } = randomErrors(
      layer,
      layer.weights.map((weight) => 0.7 * weight),
      seededPrng(1),
    );
    expect(mvmError).toBeCloseTo(0.3, 5);
    expect(residual).toBeLessThan(1e-3);
  });
});

test("convolutions are compared over all positions", async () => {
  const net = networkOf(
    classifier({
      nodes: [
        onnxNode("Conv", ["image", "conv.weight"], ["c"], {
          attributes: [intsAttribute("kernel_shape", [3, 3]), intsAttribute("pads", [1, 1, 1, 1])],
        }),
        onnxNode("GlobalAveragePool", ["c"], ["p"]),
        onnxNode("Flatten", ["p"], ["f"]),
        onnxNode("Gemm", ["f", "fc.weight"], ["scores"], { attributes: [intAttribute("transB", 1)] }),
      ],
      initializers: [
        floatTensor("conv.weight", [5, 1, 3, 3], normalLayer(5, 9, seededPrng(2)).weights),
        floatTensor("fc.weight", [2, 5], normalLayer(2, 5, seededPrng(3)).weights),
      ],
      input: ["batch", 1, side, side],
      classes: 2,
    }),
  );
  const weights = net.layers.map((layer, index) =>
    index === 0 ? layer.weights.map((w) => 1.25 * w) : layer.weights,
  );
  const [conv, fc] = await compareLayers(net, { weights, batchNorms: [] }, images, options);
  expect(conv!.own.digital.count).toBe(images.count * inputs);
  for (const moments of [conv!.own, conv!.accumulated, fc!.accumulated])
    expect(layerErrors(moments)).toMatchObject({
      mvmError: expect.closeTo(0.25, 5),
      correlation: expect.closeTo(1, 5),
    });
  expect(layerErrors(fc!.own).mvmError).toBe(0);
});
