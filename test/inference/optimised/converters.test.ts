/** Converters taken into the operators around them: the same codes. */

import { describe, expect, it } from "vitest";
import { modelledProducts } from "../../../src/inference/array-model/modelled-products.ts";
import { digitalParameters, withParameters } from "../../../src/inference/graph.ts";
import { blockedDomain, inBlockedLayout } from "../../../src/inference/optimised/blocked-layout.ts";
import { withDepthwiseNorms } from "../../../src/inference/optimised/channel-affine.ts";
import { withFusedConverters } from "../../../src/inference/optimised/converters.ts";
import { withSumsInConvolutions } from "../../../src/inference/optimised/convolution-sums.ts";
import { openSession, optimisedModel } from "../../../src/inference/session.ts";
import { type OnnxModel, type OnnxNode, onnxModel, onnxNode } from "../../../src/network/onnx/model.ts";
import { floatTensor } from "../../../src/network/onnx/tensor.ts";
import { chipWith } from "../../network/networks.ts";
import { idealArrays, uniformInputs } from "../array-model/layers.ts";
import { imageShape, residual } from "./residual.ts";

const threads = 1;

const int8 = (name: string, value: number) => ({
  name,
  dims: [],
  type: "int8" as const,
  data: new Uint8Array(Int8Array.of(value).buffer),
});

const converter = (from: string, to: string, step = "one"): OnnxNode[] => [
  onnxNode("QuantizeLinear", [from, step, "zero"], [`${to}_rounded`]),
  onnxNode("Clip", [`${to}_rounded`, "least", "most"], [`${to}_codes`]),
  onnxNode("DequantizeLinear", [`${to}_codes`, step, "zero"], [to]),
];

const convolution = (
  inputs: readonly string[],
  to: string,
  activation: OnnxNode["attributes"] = [],
): OnnxNode => ({
  ...onnxNode("Conv", inputs, [to], { attributes: [...activation] }),
  domain: blockedDomain,
});

const relu = [{ name: "activation", type: "string", value: "Relu" }] as const;

const graphOf = (nodes: readonly OnnxNode[], most = 127): OnnxModel =>
  onnxModel(
    {
      nodes,
      initializers: [
        floatTensor("w", [16, 16, 1, 1], new Float32Array(256)),
        floatTensor("b", [16], new Float32Array(16)),
        floatTensor("one", [], [1]),
        floatTensor("two", [], [2]),
        int8("zero", 0),
        int8("least", -most),
        int8("most", most),
      ],
      inputs: [{ name: "x", type: "float32", shape: ["batch", 16, 4, 4] }],
      outputs: [{ name: "y", type: "float32", shape: ["batch", 16, 4, 4] }],
    },
    { opset: 13 },
  );

const told = ({ graph }: OnnxModel): string[] =>
  graph.nodes.map(({ opType, inputs, outputs }) => `${opType} ${inputs.join()} ${outputs.join()}`);

async function scoresOf(model: OnnxModel, network: ReturnType<typeof residual>, images: Float32Array) {
  const session = await openSession(network, model, { threads, optimised: true });
  try {
    const outputs = await session.run(images, images.length / (3 * 8 * 8), imageShape);
    return outputs.get("scores")?.values ?? new Float32Array();
  } finally {
    await session.close();
  }
}

describe("converters in other operators", () => {
  // Full scales that clip nothing, some and most of the sums.
  it.each([
    [16, 8, 2000e-6],
    [16, 8, 300e-6],
    [20, 6, 60e-6],
  ])("give the same scores to the last bit (%i channels, %i bits, %f S)", async (channels, bits, siemens) => {
    const network = residual(channels, 13);
    const arrays = idealArrays(network, chipWith([{ rows: 512, columns: 512 }]));
    const ranges = {
      inputs: network.layers.map(() => 6),
      outputsSiemens: arrays.map(({ tiles }) => tiles.map(() => siemens)),
    };
    const products = modelledProducts(network, arrays, { dacBits: bits, adcBits: bits }, ranges, 1);
    const model = withParameters(network, { ...digitalParameters(network), ...(products && { products }) });
    const optimised = await optimisedModel(withDepthwiseNorms(model), { threads });
    if (optimised === undefined) throw new Error("the graph was not optimised");
    const before = withSumsInConvolutions(inBlockedLayout(optimised));
    const after = withFusedConverters(before);
    const inBlocks = before.graph.nodes.some(({ domain }) => domain === blockedDomain);
    if (inBlocks) expect(after.graph.nodes.length).toBeLessThan(before.graph.nodes.length);
    const images = uniformInputs(4, 20 * 3 * 8 * 8).map((value) => 3 * value);
    expect(await scoresOf(after, network, images)).toEqual(await scoresOf(before, network, images));
  });

  it("round in the bias of a convolution that has none", () => {
    const fused = withFusedConverters(
      graphOf([convolution(["x", "w", "", "z"], "c"), ...converter("c", "y")]),
    );
    expect(told(fused)).toEqual(["Conv x,w,c::to_integers,z c", "Sub c,pcmlab::integers y"]);
    expect(fused.graph.nodes[0]?.attributes).toEqual([
      { name: "activation", type: "string", value: "Clip" },
      { name: "activation_params", type: "floats", value: [12_582_912 - 127, 12_582_912 + 127] },
    ]);
  });

  it("clip nothing behind a ReLU where int8 ends", () => {
    const nodes = [convolution(["x", "w", "b"], "c", relu), ...converter("c", "y", "two")];
    expect(told(withFusedConverters(graphOf(nodes)))).toEqual([
      "Conv x,w,b c",
      "QuantizeLinear c,two,zero y_codes",
      "DequantizeLinear y_codes,two,zero y",
    ]);
  });

  it.each([
    ["behind a convolution with a bias", [convolution(["x", "w", "b"], "c"), ...converter("c", "y")], 127],
    ["with steps other than 1", [convolution(["x", "w"], "c"), ...converter("c", "y", "two")], 127],
    [
      "of sums that something else takes",
      [convolution(["x", "w"], "c"), ...converter("c", "d"), onnxNode("Add", ["c", "d"], ["y"])],
      127,
    ],
    ["of fewer bits behind a ReLU", [convolution(["x", "w"], "c", relu), ...converter("c", "y")], 31],
    ["of inputs of either sign", converter("x", "y"), 127],
  ])("stay as they are %s", (_, nodes, most) => {
    const model = graphOf(nodes, most);
    expect(told(withFusedConverters(model))).toEqual(told(model));
  });
});
