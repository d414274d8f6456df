/** Modelled arrays in the layout of the convolutions: the same numbers as in the plain graph, and the same noise. */

import { describe, expect, it } from "vitest";
import type { ArrayModel } from "../../../src/inference/array-model/model.ts";
import { modelledProducts } from "../../../src/inference/array-model/modelled-products.ts";
import { parseReadNoise } from "../../../src/inference/array-model/read-noise.ts";
import { digitalParameters, withParameters } from "../../../src/inference/graph.ts";
import { blockedDomain, inBlockedLayout } from "../../../src/inference/optimised/blocked-layout.ts";
import { withDepthwiseNorms } from "../../../src/inference/optimised/channel-affine.ts";
import { withFusedConverters } from "../../../src/inference/optimised/converters.ts";
import { withSumsInConvolutions } from "../../../src/inference/optimised/convolution-sums.ts";
import { openSession, optimisedModel } from "../../../src/inference/session.ts";
import type { Network } from "../../../src/network/layer.ts";
import { type OnnxModel, type OnnxNode, onnxModel, onnxNode } from "../../../src/network/onnx/model.ts";
import { floatTensor } from "../../../src/network/onnx/tensor.ts";
import { chipWith } from "../../network/networks.ts";
import { idealArrays, uniformInputs } from "../array-model/layers.ts";
import { imageShape, residual } from "./residual.ts";

const threads = 1;
const imageValues = imageShape.reduce((a, b) => a * b, 1);

function modelled(network: Network, model: ArrayModel): OnnxModel {
  const arrays = idealArrays(network, chipWith([{ rows: 512, columns: 512 }]), {}, "column");
  const ranges = {
    inputs: network.layers.map(() => 6),
    outputsSiemens: arrays.map(({ tiles }) => tiles.map(() => 300e-6)),
  };
  const products = modelledProducts(network, arrays, model, ranges, 1);
  // A scale and an offset in software, as compensations have them, stand between the converter and the batch norm.
  const scales = network.layers.map(({ columns }) =>
    Float32Array.from({ length: columns }, (_, k) => 1 + k / 50),
  );
  const offsets = network.layers.map(({ columns }) =>
    Float32Array.from({ length: columns }, (_, k) => k / 100),
  );
  return withParameters(network, {
    ...digitalParameters(network),
    scales,
    offsets,
    ...(products && { products }),
  });
}

async function blockedOf(model: OnnxModel): Promise<OnnxModel> {
  const optimised = await optimisedModel(withDepthwiseNorms(model), { threads });
  if (optimised === undefined) throw new Error("the graph was not optimised");
  return withFusedConverters(withSumsInConvolutions(inBlockedLayout(optimised)));
}

async function scoresOf(network: Network, model: OnnxModel, images: Float32Array, optimised: boolean) {
  const session = await openSession(network, model, { threads, optimised });
  try {
    const outputs = await session.run(images, images.length / imageValues, imageShape);
    return outputs.get("scores")?.values ?? new Float32Array();
  } finally {
    await session.close();
  }
}

const deviation = (values: readonly number[]): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

const changes = ({ graph }: OnnxModel): number =>
  graph.nodes.filter(({ opType }) => opType.startsWith("Reorder")).length;

describe("a modelled array in blocks", () => {
  it.each([16, 20])("converts to the same codes (%i channels)", async (channels) => {
    const network = residual(channels, 13);
    const model = modelled(network, { dacBits: 8, adcBits: 8 });
    const images = uniformInputs(2, 20 * imageValues);
    const plain = await scoresOf(network, model, images, false);
    const blocked = await scoresOf(network, await blockedOf(model), images, true);
    const spread = deviation([...plain]);
    // A sum that is rounded in another order may fall on the other side of a code now and then.
    const apart = deviation([...plain].map((value, place) => value - (blocked[place] ?? 0)));
    expect(apart / spread).toBeLessThan(0.01);
    expect(apart / spread).toBeGreaterThanOrEqual(0);
  });

  it.each([16, 20])("has noise of the same size (%i channels)", async (channels) => {
    const network = residual(channels, 13);
    const model = modelled(network, { dacBits: 8, adcBits: 8, readNoise: parseReadNoise("pcm:1ms") });
    const one = uniformInputs(3, imageValues);
    const images = new Float32Array(600 * imageValues);
    for (let k = 0; k < 600; k++) images.set(one, k * imageValues);
    const noise = async (own: OnnxModel, optimised: boolean): Promise<number[]> => {
      const scores = await scoresOf(network, own, images, optimised);
      return [0, 1, 2, 3].map((row) => deviation([...scores].filter((_, place) => place % 4 === row)));
    };
    const plain = await noise(model, false);
    const blocked = await noise(await blockedOf(model), true);
    // Standard deviations of 600 values each are good to 3 %.
    blocked.forEach((value, row) => {
      expect(value / (plain[row] ?? 0)).toBeGreaterThan(0.85);
      expect(value / (plain[row] ?? 0)).toBeLessThan(1.15);
    });
  });

  it("changes the layout no more than the plain network does, where the machine has one", async () => {
    const network = residual(16, 13);
    const plain = await optimisedModel(withParameters(network, digitalParameters(network)), { threads });
    const model = modelled(network, { dacBits: 8, adcBits: 8, readNoise: parseReadNoise("pcm") });
    expect(changes(await blockedOf(model))).toBeLessThanOrEqual(plain === undefined ? 0 : changes(plain));
  });
});

const own = (part: string): string => `0::conv::model::${part}`;
const toPlain = (from: string, to: string): OnnxNode => ({
  ...onnxNode("ReorderOutput", [from], [to]),
  domain: blockedDomain,
});
const toBlocks = (from: string, to: string): OnnxNode => ({
  ...onnxNode("ReorderInput", [from], [to]),
  domain: blockedDomain,
});

function graphOf(nodes: readonly OnnxNode[], output: string): OnnxModel {
  return onnxModel(
    {
      nodes,
      initializers: [floatTensor("two", [], [2]), floatTensor("each", [3, 1, 1], [1, 2, 3])],
      inputs: [{ name: "blocks", type: "float32", shape: ["batch", 16, 4, 4] }],
      outputs: [{ name: output, type: "float32", shape: ["batch", 3, 4, 4] }],
    },
    { opset: 13 },
  );
}

const told = ({ graph }: OnnxModel): string[] =>
  graph.nodes.map(({ opType, inputs, outputs }) => `${opType} ${inputs.join()} ${outputs.join()}`);

describe("the pass over an optimised graph", () => {
  it("lets own operators work on blocks, and goes back for what needs the plain order", () => {
    const model = graphOf(
      [
        toPlain("blocks", "a"),
        onnxNode("Mul", ["a", "two"], [own("b")]),
        onnxNode("Mul", [own("b"), "each"], [own("c")]),
        toBlocks(own("c"), "d"),
      ],
      "d",
    );
    expect(told(inBlockedLayout(model))).toEqual([
      `Mul blocks,two ${own("b")}::blocks`,
      `ReorderOutput ${own("b")}::blocks ${own("b")}`,
      `Mul ${own("b")},each ${own("c")}`,
      `ReorderInput ${own("c")} d`,
    ]);
  });

  it("leaves operators of the network alone", () => {
    const model = graphOf([toPlain("blocks", "a"), onnxNode("Mul", ["a", "a"], ["b"])], "b");
    expect(told(inBlockedLayout(model))).toEqual(["ReorderOutput blocks a", "Mul a,a b"]);
  });

  it("leaves the whole graph alone when codes would have to go back", () => {
    const model = graphOf(
      [
        toPlain("blocks", "a"),
        onnxNode("QuantizeLinear", ["a", "two"], [own("codes")]),
        onnxNode("DequantizeLinear", [own("codes"), "each"], ["b"]),
      ],
      "b",
    );
    expect(inBlockedLayout(model)).toBe(model);
  });
});
