import { describe, expect, it } from "vitest";
import { LabError } from "../../src/core/errors.ts";
import { type AnalogLayer, weightCount } from "../../src/network/layer.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import {
  floatAttribute,
  intAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  onnxNode,
} from "../../src/network/onnx/model.ts";
import { floatTensor, integerTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf, readNetwork } from "../../src/network/read.ts";
import { classifier, convNet, ramp } from "./networks.ts";

function refusal(model: OnnxModel): LabError {
  try {
    networkOf(model);
  } catch (thrown) {
    if (thrown instanceof LabError) return thrown;
    throw thrown;
  }
  throw new Error("the network was accepted");
}

const withNodes = (model: OnnxModel, change: (nodes: readonly OnnxNode[]) => OnnxNode[]): OnnxModel => ({
  ...model,
  graph: { ...model.graph, nodes: change(model.graph.nodes) },
});

const withTensor = (model: OnnxModel, tensor: OnnxTensor): OnnxModel => ({
  ...model,
  graph: {
    ...model.graph,
    initializers: model.graph.initializers.map((old) => (old.name === tensor.name ? tensor : old)),
  },
});

const at = (layer: AnalogLayer | undefined, row: number, column: number): number | undefined =>
  layer?.weights[row * layer.columns + column];

describe("a network file", () => {
  it("gives its layers as matrices in im2col order with the bias as a last row", () => {
    const [conv, fc] = readNetwork(encodeModel(convNet())).layers;
    expect(conv).toMatchObject({ name: "conv", kind: "conv", rows: 19, columns: 3, biasInArray: true });
    // Channel 1, kernel row 2, kernel column 0 of output 2 is element ((2 * 2 + 1) * 3 + 2) * 3 + 0 of the tensor.
    expect(at(conv, 1 * 9 + 2 * 3 + 0, 2)).toBeCloseTo(-1.3 + 0.05 * 51, 5);
    expect(at(conv, 18, 1)).toBeCloseTo(-0.2);
    expect(fc).toMatchObject({ name: "fc", kind: "gemm", rows: 4, columns: 2 });
    expect(Array.from(fc?.weights ?? [])).toEqual([1, -1, -2, 2, 3, -3, 0.5, -0.5]);
  });

  it("keeps biases out of the array when asked", () => {
    const { layers } = networkOf(convNet(), { bias: "digital" });
    expect(layers.map(({ rows, biasInArray }) => [rows, biasInArray])).toEqual([
      [18, false],
      [3, false],
    ]);
    expect(layers[1]?.digitalBias).toEqual(Float32Array.of(0.5, -0.5));
    expect(weightCount(layers)).toBe(18 * 3 + 3 * 2);
  });

  it("says what it takes, what it gives and which batch norms it has", () => {
    const network = networkOf(convNet());
    expect(network.input).toEqual({ name: "image", shape: [2, 4, 4] });
    expect(network.output).toEqual({ name: "scores", classes: 2 });
    expect(network.batchNorms.map(({ name, channels }) => [name, channels])).toEqual([["bn", 3]]);
  });

  it("takes the alpha and beta of a Gemm into the weights and the bias", () => {
    const model = classifier({
      nodes: [
        onnxNode("Gemm", ["image", "w", "b"], ["scores"], {
          attributes: [floatAttribute("alpha", 0.5), floatAttribute("beta", 2)],
        }),
      ],
      initializers: [floatTensor("w", [3, 2], ramp(6, 1, 1)), floatTensor("b", [1], [4])],
      input: ["batch", 3],
      classes: 2,
    });
    expect(Array.from(networkOf(model).layers[0]?.weights ?? [])).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 8, 8]);
  });

  it("folds constants and identities of constants, and drops weights that old files list as inputs", () => {
    const model = classifier({
      nodes: [
        onnxNode("Constant", [], ["w0"], {
          attributes: [{ name: "value", type: "tensor", value: floatTensor("", [2, 2], [1, 2, 3, 4]) }],
        }),
        onnxNode("Identity", ["w0"], ["w"]),
        onnxNode("MatMul", ["image", "w"], ["scores"]),
      ],
      initializers: [floatTensor("unused", [1], [0])],
      input: ["batch", 2],
      classes: 2,
    });
    const old = { ...model, irVersion: 3 };
    const listed = { name: "unused", type: "float32", shape: [1] } as const;
    const graph = { ...old.graph, inputs: [...old.graph.inputs, listed] };
    const network = networkOf({ ...old, graph });
    expect(network.layers[0]).toMatchObject({ kind: "matmul", rows: 2, columns: 2, biasInArray: false });
    expect(network.input.name).toBe("image");
    expect(network.model.irVersion).toBe(4);
  });

  it("leaves grouped convolutions and products of two inputs digital, with the reason", () => {
    const model = withNodes(convNet(), ([conv, ...rest]) => [
      onnxNode("Conv", ["image", "dw.weight"], ["d"], { attributes: [intAttribute("group", 2)] }),
      { ...onnxNode("Conv", ["d", "conv.weight", "conv.bias"], ["c"]), attributes: conv?.attributes ?? [] },
      onnxNode("MatMul", ["image", "image"], ["square"]),
      ...rest,
    ]);
    const weights = [...model.graph.initializers, floatTensor("dw.weight", [2, 1, 1, 1], [1, 2])];
    const network = networkOf({ ...model, graph: { ...model.graph, initializers: weights } });
    expect(network.layers.map(({ name }) => name)).toEqual(["conv", "fc"]);
    expect(network.digitalLayers.map(({ reason }) => reason)).toEqual([
      "a convolution in 2 groups would leave most of its rectangle of the array unused",
      "its second operand is not constant",
    ]);
  });

  it("exported for one image takes any number of images", () => {
    const model = classifier({
      nodes: [
        onnxNode("Reshape", ["image", "shape"], ["flat"]),
        onnxNode("MatMul", ["flat", "w"], ["scores"]),
      ],
      initializers: [integerTensor("shape", [2], [1, -1]), floatTensor("w", [4, 2], ramp(8, 0, 1))],
      input: [1, 1, 2, 2],
      classes: 2,
    });
    const { graph } = networkOf(model).model;
    expect(graph.inputs[0]?.shape).toEqual(["batch", 1, 2, 2]);
    expect(graph.outputs[0]?.shape).toEqual(["batch", 2]);
    const shape = graph.initializers.find(({ name }) => name === graph.nodes[0]?.inputs[1]);
    expect(shape).toEqual(integerTensor("flat::shape", [2], [0, -1]));
    expect(graph.nodes[0]?.attributes).toEqual([]);
  });
});

describe("a network that cannot be run is refused", () => {
  it("with the operator and the node", () => {
    const error = refusal(
      withNodes(convNet(), (nodes) => [
        ...nodes,
        onnxNode("RandomNormalLike", ["image"], ["g"], { name: "/noise/RandomNormalLike" }),
      ]),
    );
    expect(error.code).toBe("UNSUPPORTED_OPERATOR");
    expect(error.message).toBe('node "/noise/RandomNormalLike" uses operator RandomNormalLike');
    expect(error.next).toContain("without random draws");
  });

  it("with the domain of a foreign operator, and by its output when the node has no name", () => {
    const foreign = { ...onnxNode("FusedConv", ["image"], ["y"]), name: "", domain: "com.microsoft" };
    expect(refusal(withNodes(convNet(), (nodes) => [...nodes, foreign])).message).toBe(
      'the FusedConv node that makes "y" uses operator com.microsoft.FusedConv',
    );
  });

  it("when a weight is not finite, naming layer, row and column", () => {
    const weights = [1, -2, 3, -1, Number.NaN, -3];
    const error = refusal(withTensor(convNet(), floatTensor("fc.weight", [2, 3], weights)));
    expect(error.code).toBe("BAD_NETWORK");
    expect(error.message).toBe('layer "fc": weight of row 1, column 1 is NaN');
  });

  it("when a bias is infinite", () => {
    const error = refusal(withTensor(convNet(), floatTensor("fc.bias", [2], [0, Number.POSITIVE_INFINITY])));
    expect(error.message).toBe('layer "fc": weight of row 3, column 1 is Infinity');
  });

  it("when two layers share a weight", () => {
    const error = refusal(
      withNodes(convNet(), (nodes) => [
        ...nodes,
        onnxNode("Gemm", ["f", "fc.weight"], ["again"], { attributes: [intAttribute("transB", 1)] }),
      ]),
    );
    expect(error.code).toBe("BAD_NETWORK");
    expect(error.message).toBe('weight "fc.weight" is shared by node "scores" and node "again"');
  });

  it("when a batch norm is in training mode or has impossible statistics", () => {
    const training = withNodes(convNet(), (nodes) =>
      nodes.map((node) =>
        node.opType === "BatchNormalization"
          ? { ...node, attributes: [intAttribute("training_mode", 1)] }
          : node,
      ),
    );
    expect(refusal(training).message).toContain("was exported in training mode");
    const negative = withTensor(convNet(), floatTensor("bn.running_var", [3], [1, -1, 1]));
    expect(refusal(negative).message).toContain("channel 1 has mean");
  });

  it("when its opset is too old or it has no layer for an array", () => {
    expect(refusal({ ...convNet(), opsets: [{ domain: "", version: 7 }] }).message).toContain("opset 7");
    const relu = classifier({
      nodes: [onnxNode("Relu", ["image"], ["scores"])],
      initializers: [],
      input: ["batch", 2],
      classes: 2,
    });
    expect(refusal(relu).message).toBe("no layer of the network can go onto an array");
  });

  it("when it has two inputs", () => {
    const model = convNet();
    const second = { name: "mask", type: "float32", shape: ["batch", 2] } as const;
    const graph = { ...model.graph, inputs: [...model.graph.inputs, second] };
    expect(refusal({ ...model, graph }).message).toBe('the network has 2 inputs ("image", "mask"), not one');
  });
});
