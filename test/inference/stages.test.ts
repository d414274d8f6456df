/** Graphs cut at products that are left to an array: the parts together compute what the whole does. */

import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { adaptBatchNorm } from "../../src/inference/adabs.ts";
import { correctProducts, digitalProducts } from "../../src/inference/affine.ts";
import { arrayProduct, layerOf } from "../../src/inference/array-product.ts";
import { evaluate } from "../../src/inference/executor.ts";
import { digitalParameters, type Parameters, withParameters } from "../../src/inference/graph.ts";
import { type ArrayEngine, openSession } from "../../src/inference/session.ts";
import { stagesOf } from "../../src/inference/stages.ts";
import type { Network } from "../../src/network/layer.ts";
import { tensorsOf } from "../../src/network/matrix.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { intAttribute, intsAttribute, onnxModel, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor, integerTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf, readNetwork } from "../../src/network/read.ts";
import { classifier, ramp } from "../network/networks.ts";
import { randomImages } from "./image-sets.ts";

const digits = readNetwork(readFileSync(new URL("../../examples/digits/digits.onnx", import.meta.url)));
const normalisation = { mean: [0.5], std: [0.5] };
const images = randomImages(seededPrng(3), 40, [1, 16, 16]);

/** Does each product as the node of the file would. @returns the engine, and the layers that it was asked for. */
function exactEngine(network: Network): { engine: ArrayEngine; asked: string[] } {
  const asked: string[] = [];
  const engine: ArrayEngine = {
    async multiply(node, { values, dims }) {
      const layer = network.layers.find(({ name }) => name === layerOf(node));
      const original = layer && network.model.graph.nodes[layer.node];
      if (layer === undefined || original === undefined) throw new RangeError(`no layer ${layerOf(node)}`);
      asked.push(layer.name);
      const { weight, bias } = tensorsOf(layer, layer.weights);
      const tensors = [
        floatTensor("w", layer.weightDims, weight),
        ...(bias === undefined ? [] : [floatTensor("b", [layer.columns], bias)]),
      ];
      const model = onnxModel({
        nodes: [{ ...original, inputs: ["x", ...tensors.map(({ name }) => name)], outputs: ["y"] }],
        initializers: tensors,
        inputs: [{ name: "x", type: "float32", shape: dims }],
        outputs: [{ name: "y", type: "float32", shape: undefined }],
      });
      const session = await ort.InferenceSession.create(encodeModel(model));
      const { y } = await session.run({ x: new ort.Tensor("float32", values, dims) });
      if (!(y?.data instanceof Float32Array)) throw new TypeError("no product");
      return { values: y.data, dims: y.dims };
    },
  };
  return { engine, asked };
}

const leftTo = (network: Network, names: (layer: number) => boolean): Parameters => ({
  ...digitalParameters(network),
  products: network.layers.map((_, layer) => (names(layer) ? arrayProduct : undefined)),
});

describe("a residual network cut at its products", () => {
  it.each<readonly [string, (layer: number) => boolean, number]>([
    ["all layers", () => true, 10],
    ["the first", (layer) => layer === 0, 2],
    ["the last", (layer) => layer === 9, 1],
    ["every other", (layer) => layer % 2 === 1, 5],
  ])("predicts as the whole one does: %s", async (_, chosen, stages) => {
    const { engine, asked } = exactEngine(digits);
    const parameters = leftTo(digits, chosen);
    const whole = await evaluate(digits, digitalParameters(digits), images, { normalisation, threads: 1 });
    const cut = await evaluate(digits, parameters, images, { normalisation, threads: 1, arrays: engine });
    expect([...cut.predictions]).toEqual([...whole.predictions]);
    expect(asked).toEqual(digits.layers.filter((_layer, index) => chosen(index)).map(({ name }) => name));
    expect(stagesOf(withParameters(digits, parameters))).toHaveLength(stages);
  });

  it("gives AdaBS and the affine correction the statistics that they have of the whole", async () => {
    const { engine } = exactEngine(digits);
    const options = (arrays?: ArrayEngine) => ({
      normalisation,
      threads: 1,
      batches: 2,
      batchSize: 20,
      prng: seededPrng(1),
      ...(arrays && { arrays }),
    });
    const cut = leftTo(digits, (layer) => layer % 3 === 0);
    const whole = digitalParameters(digits);
    const adapted = await adaptBatchNorm(digits, cut, images, options(engine));
    const expected = await adaptBatchNorm(digits, whole, images, options());
    adapted.forEach(({ mean, variance }, norm) => {
      expectClose(mean, expected[norm]?.mean);
      expectClose(variance, expected[norm]?.variance);
    });
    const corrected = digits.layers.map(() => true);
    const wanted = await digitalProducts(digits, images, options(), corrected);
    const { scales, offsets } = await correctProducts(digits, cut, images, options(engine), wanted);
    scales?.forEach((scale) => {
      expectClose(scale, new Float32Array(scale?.length ?? 0).fill(1));
    });
    offsets?.forEach((offset) => {
      expectClose(offset, new Float32Array(offset?.length ?? 0));
    });
  });

  it("keeps no value that nobody needs any more", () => {
    const stages = stagesOf(
      withParameters(
        digits,
        leftTo(digits, () => true),
      ),
    );
    const kept = stages.map(({ kept }) => kept.size);
    // The output of a product, and beside it what a shortcut needs.
    expect(Math.max(...kept)).toBe(2);
    expect([...(stages.at(-1)?.kept ?? [])]).toEqual(["logits"]);
  });

  it("without an engine fails by the name of the node", async () => {
    const parameters = leftTo(digits, () => true);
    await expect(evaluate(digits, parameters, images, { normalisation })).rejects.toThrow(
      /there is no array for node .*stage0\.entry/,
    );
  });
});

describe("values between stages", () => {
  /** A shape that is computed before the first product is used behind the second, and the image itself as well. */
  const network = networkOf(
    classifier({
      nodes: [
        onnxNode("Shape", ["image"], ["shape"]),
        onnxNode("Greater", ["image", "zero"], ["positive"]),
        onnxNode("Conv", ["image", "w"], ["c"], { attributes: [intsAttribute("pads", [1, 1, 1, 1])] }),
        onnxNode("Reshape", ["c", "shape"], ["again"]),
        onnxNode("Where", ["positive", "again", "image"], ["chosen"]),
        onnxNode("Flatten", ["chosen"], ["f"]),
        onnxNode("Gemm", ["f", "v"], ["scores"], { attributes: [intAttribute("transB", 1)] }),
      ],
      initializers: [
        floatTensor("w", [2, 2, 3, 3], ramp(36, -0.9, 0.05)),
        floatTensor("v", [3, 32], ramp(96, -0.5, 0.01)),
        floatTensor("zero", [], [0.1]),
        integerTensor("unused", [1], [0]),
      ],
      input: ["batch", 2, 4, 4],
      classes: 3,
    }),
  );

  it("may be whole numbers, truths, and the input itself; the last product may be the result", async () => {
    const { engine } = exactEngine(network);
    const input = Float32Array.from(ramp(5 * 32, -1, 0.013));
    const scores = async (parameters: Parameters) => {
      const model = withParameters(network, parameters);
      const session = await openSession(network, model, { threads: 1, arrays: engine });
      const outputs = await session.run(input, 5, [2, 4, 4]);
      await session.close();
      return outputs.get("scores")?.values;
    };
    const expected = await scores(digitalParameters(network));
    expectClose(await scores(leftTo(network, () => true)), expected);
    expect(new Set(expected).size).toBe(15);
  });
});

function expectClose(given: Float32Array | undefined, expected: Float32Array | undefined): void {
  expect(given?.length).toBe(expected?.length);
  given?.forEach((value, n) => {
    const other = expected?.[n] ?? Number.NaN;
    expect(Math.abs(value - other)).toBeLessThan(1e-3 * Math.max(1, Math.abs(other)));
  });
}
