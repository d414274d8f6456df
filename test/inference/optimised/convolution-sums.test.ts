import { describe, expect, it } from "vitest";
import { blockedDomain } from "../../../src/inference/optimised/blocked-layout.ts";
import { withSumsInConvolutions } from "../../../src/inference/optimised/convolution-sums.ts";
import { type OnnxModel, type OnnxNode, onnxModel, onnxNode } from "../../../src/network/onnx/model.ts";
import { floatTensor } from "../../../src/network/onnx/tensor.ts";

const blocks = (opType: string, inputs: readonly string[], output: string): OnnxNode => ({
  ...onnxNode(opType, inputs, [output]),
  domain: blockedDomain,
});

const graphOf = (nodes: readonly OnnxNode[], output: string): OnnxModel =>
  onnxModel(
    {
      nodes,
      initializers: [floatTensor("w", [16, 16, 1, 1], new Float32Array(256)), floatTensor("one", [], [1])],
      inputs: [{ name: "x", type: "float32", shape: ["batch", 16, 4, 4] }],
      outputs: [{ name: output, type: "float32", shape: ["batch", 16, 4, 4] }],
    },
    { opset: 13 },
  );

const told = ({ graph }: OnnxModel): string[] =>
  graph.nodes.map(({ opType, inputs, outputs, attributes }) =>
    `${opType} ${inputs.join()} ${outputs.join()} ${attributes.map(({ name }) => name).join()}`.trim(),
  );

describe("sums in convolutions on blocks", () => {
  it("take the addend and the ReLU behind it", () => {
    const model = graphOf(
      [
        blocks("Conv", ["x", "w"], "c"),
        onnxNode("Add", ["c", "x"], ["s"]),
        onnxNode("Relu", ["s"], ["r"]),
        blocks("ReorderOutput", ["r"], "y"),
      ],
      "y",
    );
    expect(told(withSumsInConvolutions(model))).toEqual(["Conv x,w,,x r activation", "ReorderOutput r y"]);
  });

  it("are seen through flat views of blocks", () => {
    const model = graphOf(
      [
        blocks("Conv", ["x", "w"], "a"),
        blocks("Conv", ["x", "w"], "b"),
        onnxNode("Reshape", ["a", "flat"], ["fa"]),
        onnxNode("Reshape", ["b", "flat"], ["fb"]),
        onnxNode("Add", ["fa", "fb"], ["fs"]),
        onnxNode("Reshape", ["fs", "shape"], ["s"]),
        blocks("ReorderOutput", ["s"], "y"),
      ],
      "y",
    );
    // One of the uses of "b" is gone with its view, and it is no sum of its own.
    expect(told(withSumsInConvolutions(model))).toEqual(["Conv x,w b", "Conv x,w,,b s", "ReorderOutput s y"]);
  });

  it.each([
    [
      "a value that something else needs",
      [onnxNode("Add", ["c", "x"], ["s"]), onnxNode("Neg", ["c"], ["n"])],
    ],
    ["a constant", [onnxNode("Add", ["c", "one"], ["s"])]],
    [
      "a convolution in the plain layout",
      [onnxNode("Conv", ["x", "w"], ["p"]), onnxNode("Add", ["p", "p"], ["s"])],
    ],
  ])("leave alone %s", (_, nodes) => {
    const model = graphOf([blocks("Conv", ["x", "w"], "c"), ...nodes], "s");
    expect(told(withSumsInConvolutions(model))).toEqual(told(model));
  });
});
