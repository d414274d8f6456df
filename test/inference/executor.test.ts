import { describe, expect, it } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { evaluate } from "../../src/inference/executor.ts";
import { digitalParameters, withParameters } from "../../src/inference/graph.ts";
import { normalisations } from "../../src/inference/normalisation.ts";
import { openSession } from "../../src/inference/session.ts";
import type { Network } from "../../src/network/layer.ts";
import { floatAttribute, type OnnxModel, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor, integerTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf } from "../../src/network/read.ts";
import { classifier, convNet, ramp } from "../network/networks.ts";
import { randomImages } from "./image-sets.ts";

const normalisation = normalisations.none;

async function scores(
  network: Network,
  model: OnnxModel,
  input: Float32Array,
  count: number,
): Promise<number[]> {
  const session = await openSession(network, model, { threads: 1 });
  const outputs = await session.run(input, count, network.input.shape.map(Number));
  await session.close();
  return Array.from(outputs.get(network.output.name)?.values ?? []);
}

const gemm = classifier({
  nodes: [
    onnxNode("Gemm", ["image", "w", "b"], ["h"], {
      attributes: [floatAttribute("alpha", 0.5), floatAttribute("beta", 2)],
    }),
    onnxNode("Relu", ["h"], ["r"]),
    onnxNode("MatMul", ["r", "w2"], ["scores"]),
  ],
  initializers: [
    floatTensor("w", [4, 3], ramp(12, -1, 0.2)),
    floatTensor("b", [3], [0.1, 0.2, 0.3]),
    floatTensor("w2", [3, 2], ramp(6, -0.7, 0.3)),
  ],
  input: ["batch", 4],
  classes: 2,
});

describe("the model that is run", () => {
  it.each([
    ["Conv, batch norm and Gemm", convNet(), [2, 4, 4]],
    ["Gemm with alpha and beta, and MatMul", gemm, [4]],
  ])("with the file's own weights gives what the file gives: %s", async (_, model, shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const prng = seededPrng(3);
    const input = Float32Array.from({ length: 5 * size }, () => prng.normal());
    const expected = await scores(networkOf(model), model, input, 5);
    for (const bias of ["array", "digital"] as const) {
      const network = networkOf(model, { bias });
      const given = await scores(network, withParameters(network, digitalParameters(network)), input, 5);
      given.forEach((score, k) => {
        expect(score).toBeCloseTo(expected[k] ?? Number.NaN, 4);
      });
    }
  });

  it("uses the weights and the bias row that it is given", async () => {
    const network = networkOf(gemm);
    const [, second = new Float32Array()] = digitalParameters(network).weights;
    const first = Float32Array.from({ length: 15 }, (_, k) => (k >= 12 ? k - 11 : 0));
    const model = withParameters(network, { weights: [first, second], batchNorms: [] });
    const [a, b] = await scores(network, model, new Float32Array(4), 1);
    // Hidden values 1, 2, 3 are the bias row; times the columns (-0.7, -0.1, 0.5) and (-0.4, 0.2, 0.8).
    expect(a).toBeCloseTo(0.6, 5);
    expect(b).toBeCloseTo(2.4, 5);
  });

  it("refuses parameters of another network", () => {
    const network = networkOf(gemm);
    expect(() => withParameters(network, { weights: [], batchNorms: [] })).toThrow("the network has 2");
    const wrong = [new Float32Array(3), new Float32Array(6)];
    expect(() => withParameters(network, { weights: wrong, batchNorms: [] })).toThrow(
      'layer "w#0" has 5 x 3 weights, not 3'.replace("w#0", network.layers[0]?.name ?? ""),
    );
  });
});

/** Says whether the first of four pixels is brighter than the last. */
const brighter = networkOf(
  classifier({
    nodes: [onnxNode("Reshape", ["image", "shape"], ["flat"]), onnxNode("MatMul", ["flat", "w"], ["scores"])],
    initializers: [integerTensor("shape", [2], [1, -1]), floatTensor("w", [4, 2], [0, 1, 0, 0, 0, 0, 1, 0])],
    input: [1, 1, 2, 2],
    classes: 2,
  }),
);
const labelled = (count: number) =>
  randomImages(seededPrng(5), count, [1, 2, 2], ([a = 0, , , d = 0]) => (a > d ? 1 : 0));

describe("evaluating a network", () => {
  it("counts correct images over whole and partial batches, of a network exported for one image", async () => {
    const progress: number[] = [];
    const result = await evaluate(brighter, digitalParameters(brighter), labelled(25), {
      normalisation,
      batchSize: 10,
      threads: 1,
      onProgress: (done) => progress.push(done),
    });
    expect(result).toMatchObject({ correct: 25, count: 25, accuracy: 1 });
    expect(result.interval.low).toBeLessThan(0.9);
    expect(progress).toEqual([10, 20, 25]);
  });

  it("counts an image whose scores are all NaN as wrong", async () => {
    const weights = [new Float32Array(8).fill(Number.NaN)];
    const result = await evaluate(brighter, { weights, batchNorms: [] }, labelled(3), { normalisation });
    expect([...result.predictions]).toEqual([-1, -1, -1]);
    expect(result.correct).toBe(0);
  });

  it("refuses images of another shape, with both shapes", async () => {
    const images = randomImages(seededPrng(1), 1, [3, 2, 2]);
    await expect(
      evaluate(brighter, digitalParameters(brighter), images, { normalisation }),
    ).rejects.toMatchObject({
      code: "BAD_DATA",
      message: "the network takes 1 x 2 x 2, the images are 3 x 2 x 2",
    });
  });

  it("refuses labels that the network does not have", async () => {
    const images = randomImages(seededPrng(1), 2, [1, 2, 2], () => 2);
    await expect(
      evaluate(brighter, digitalParameters(brighter), images, { normalisation }),
    ).rejects.toMatchObject({
      message: "the network has 2 classes, the images have labels up to 2",
    });
    const cifar = { ...randomImages(seededPrng(1), 2, [1, 2, 2]), classes: 10 };
    await expect(
      evaluate(brighter, digitalParameters(brighter), cifar, { normalisation }),
    ).rejects.toMatchObject({
      message: "the network has 2 classes, the images have 10 classes",
    });
  });

  it("gives images in one row to a network that takes them so", async () => {
    const flat = networkOf(
      classifier({
        nodes: [onnxNode("MatMul", ["image", "w"], ["scores"])],
        initializers: [floatTensor("w", [4, 2], [0, 1, 0, 0, 0, 0, 1, 0])],
        input: ["batch", 4],
        classes: 2,
      }),
    );
    const result = await evaluate(flat, digitalParameters(flat), labelled(10), { normalisation });
    expect(result.correct).toBe(10);
  });

  it("says what ONNX Runtime has against a network", async () => {
    const model = classifier({
      nodes: [onnxNode("MatMul", ["image", "w"], ["scores"])],
      initializers: [floatTensor("w", [5, 2], ramp(10, 0, 1))],
      input: ["batch", 4],
      classes: 2,
    });
    const broken = networkOf(model);
    await expect(
      evaluate(broken, digitalParameters(broken), labelled(1), { normalisation }),
    ).rejects.toMatchObject({
      code: "BAD_NETWORK",
      message: expect.stringContaining("ONNX Runtime does not accept the network"),
    });
  });
});
