/** Graphs as PyTorch and Keras export them: what runs analog, and that the rest gives what ONNX Runtime gives for the file as it is. */

import { describe, expect, it, test } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { digitalParameters, withParameters } from "../../src/inference/graph.ts";
import { openSession } from "../../src/inference/session.ts";
import {
  intAttribute,
  intsAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  onnxNode,
} from "../../src/network/onnx/model.ts";
import { floatTensor, integerTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf } from "../../src/network/read.ts";
import { classifier, ramp } from "../network/networks.ts";

const node = (
  opType: string,
  inputs: string,
  output: string,
  ...attributes: OnnxNode["attributes"]
): OnnxNode => onnxNode(opType, inputs.split(" "), [output], { attributes });

const weights = (name: string, ...dims: number[]): OnnxTensor => {
  const count = dims.reduce((a, b) => a * b, 1);
  const prng = seededPrng(count);
  return floatTensor(
    name,
    dims,
    Float32Array.from({ length: count }, () => prng.normal()),
  );
};

const whole = (name: string, ...values: number[]): OnnxTensor => integerTensor(name, [values.length], values);
const one = (name: string, value: number): OnnxTensor => integerTensor(name, [], [value]);
const kernel = (size: number, pad: number) => [
  intsAttribute("kernel_shape", [size, size]),
  intsAttribute("pads", [pad, pad, pad, pad]),
];

interface Exported {
  readonly model: OnnxModel;
  /** Names of the layers on the array, and why products stay digital. */
  readonly analog: readonly string[];
  readonly digital?: RegExp;
}

const head = (from: string): OnnxNode[] => [
  node("GlobalAveragePool", from, "pooled"),
  node("Flatten", "pooled", "flat"),
  node("Gemm", "flat fc.weight fc.bias", "scores", intAttribute("transB", 1)),
];
const headTensors = (channels: number): OnnxTensor[] => [
  weights("fc.weight", 3, channels),
  weights("fc.bias", 3),
];

/** `F.pad` of PyTorch: the pads are computed from constants. */
const shortcut: Exported = {
  model: classifier({
    nodes: [
      node("Conv", "image conv1.weight", "c", ...kernel(3, 1), intsAttribute("strides", [2, 2])),
      node("Relu", "c", "r"),
      node("Slice", "image starts ends axes steps", "thin"),
      node("ConstantOfShape", "extra", "zeros", { name: "value", type: "tensor", value: whole("", 0) }),
      node("Concat", "wanted zeros", "pairs", intAttribute("axis", 0)),
      node("Reshape", "pairs two", "rows"),
      node("Slice", "rows back start axis minus", "reversed"),
      node("Transpose", "reversed", "turned", intsAttribute("perm", [1, 0])),
      node("Reshape", "turned flatShape", "pads64"),
      node("Cast", "pads64", "pads", intAttribute("to", 7)),
      node("Pad", "thin pads", "padded"),
      node("Add", "r padded", "sum"),
      ...head("sum"),
    ],
    initializers: [
      weights("conv1.weight", 4, 2, 3, 3),
      ...headTensors(4),
      whole("starts", 0, 0),
      whole("ends", 2 ** 53, 2 ** 53),
      whole("axes", 2, 3),
      whole("steps", 2, 2),
      whole("wanted", 0, 0, 0, 0, 1, 1),
      whole("extra", 2),
      whole("two", -1, 2),
      whole("back", -1),
      whole("start", -(2 ** 53)),
      whole("axis", 0),
      whole("minus", -1),
      whole("flatShape", -1),
    ],
    input: ["batch", 2, 6, 6],
    classes: 3,
  }),
  analog: ["conv1", "fc"],
};

/** `x.view(x.size(0), -1)`: the shape is taken from the input. */
const viewed: Exported = {
  model: classifier({
    nodes: [
      node("Conv", "image conv.weight conv.bias", "c", ...kernel(3, 0), intsAttribute("dilations", [2, 2])),
      node("Shape", "c", "shape"),
      node("Gather", "shape zero", "batch", intAttribute("axis", 0)),
      node("Unsqueeze", "batch first", "batch1"),
      node("Concat", "batch1 rest", "wanted", intAttribute("axis", 0)),
      node("Reshape", "c wanted", "flat"),
      node("Gemm", "flat fc.weight fc.bias", "scores"),
    ],
    initializers: [
      weights("conv.weight", 3, 2, 3, 3),
      weights("conv.bias", 3),
      one("zero", 0),
      whole("first", 0),
      whole("rest", -1),
      weights("fc.weight", 12, 3),
      weights("fc.bias", 3),
    ],
    input: ["batch", 2, 6, 6],
    classes: 3,
  }),
  analog: ["conv", "fc"],
};

/** MobileNet: depthwise and grouped convolutions, batch norm folded into their biases. */
const depthwise: Exported = {
  model: classifier({
    nodes: [
      node("Conv", "image expand.weight expand.bias", "e", ...kernel(1, 0)),
      node("Clip", "e low high", "e6"),
      node("Conv", "e6 depth.weight depth.bias", "d", ...kernel(3, 1), intAttribute("group", 4)),
      node("HardSwish", "d", "h"),
      node("Conv", "h pair.weight", "p", ...kernel(1, 0), intAttribute("group", 2)),
      node("Add", "p e", "sum"),
      ...head("sum"),
    ],
    initializers: [
      weights("expand.weight", 4, 2, 1, 1),
      weights("expand.bias", 4),
      weights("depth.weight", 4, 1, 3, 3),
      weights("depth.bias", 4),
      weights("pair.weight", 4, 2, 1, 1),
      floatTensor("low", [], [0]),
      floatTensor("high", [], [6]),
      ...headTensors(4),
    ],
    input: ["batch", 2, 4, 4],
    classes: 3,
    opset: 14,
  }),
  analog: ["expand", "fc"],
  digital: /groups/,
};

/** Keras through tf2onnx: kernels that are turned by constant nodes, MatMul plus Add, images of one batch. */
const keras: Exported = {
  model: classifier({
    nodes: [
      node("Transpose", "kernel", "turned", intsAttribute("perm", [3, 2, 0, 1])),
      node("Mul", "turned gamma", "conv.weight"),
      node("Conv", "image conv.weight", "c", ...kernel(3, 1)),
      node("Add", "c biased", "b"),
      node("Relu", "b", "r"),
      node("AveragePool", "r", "a", intsAttribute("kernel_shape", [2, 2]), intsAttribute("strides", [2, 2])),
      node("Transpose", "a", "last", intsAttribute("perm", [0, 2, 3, 1])),
      node("Reshape", "last wanted", "flat"),
      node("Reshape", "stored square", "dense.weight"),
      node("MatMul", "flat dense.weight", "m"),
      node("Add", "m dense.bias", "z"),
      node("Softmax", "z", "scores", intAttribute("axis", 1)),
    ],
    initializers: [
      weights("kernel", 3, 3, 2, 4),
      floatTensor("gamma", [4, 1, 1, 1], [0.5, 1, 1.5, 2]),
      floatTensor("biased", [1, 4, 1, 1], ramp(4, -0.2, 0.1)),
      whole("wanted", 1, 16),
      weights("stored", 48),
      whole("square", 16, -1),
      weights("dense.bias", 3),
    ],
    input: [1, 2, 4, 4],
    classes: 3,
    opset: 12,
  }),
  analog: ["conv", "dense"],
};

/** Operators that only ONNX Runtime needs to know, in the oldest and in newer opsets. */
const attention = (opset: number): Exported => ({
  model: classifier({
    nodes: [
      node("Conv", "image conv.weight", "c", ...kernel(3, 1)),
      ...(opset < 13
        ? [node("ReduceMean", "c", "m", intsAttribute("axes", [2, 3]), intAttribute("keepdims", 1))]
        : [node("GlobalAveragePool", "c", "m")]),
      node("Sigmoid", "m", "gate"),
      node("Mul", "c gate", "gated"),
      ...(opset < 13
        ? [node("Squeeze", "m", "flat", intsAttribute("axes", [2, 3]))]
        : [node("Squeeze", "m axes", "flat")]),
      node("Erf", "flat", "erf"),
      node("MatMul", "erf own.weight", "own"),
      node("GlobalMaxPool", "gated", "most"),
      node("Flatten", "most", "mostFlat"),
      node("Gemm", "mostFlat fc.weight fc.bias", "other", intAttribute("transB", 1)),
      node("Concat", "own other", "both", intAttribute("axis", 1)),
      node("Gemm", "both out.weight out.bias", "scores"),
    ],
    initializers: [
      weights("conv.weight", 4, 2, 3, 3),
      ...(opset < 13 ? [] : [whole("axes", 2, 3)]),
      weights("own.weight", 4, 5),
      ...headTensors(4),
      weights("out.weight", 8, 3),
      weights("out.bias", 1, 3),
    ],
    input: ["n", 2, 5, 5],
    classes: 3,
    opset,
  }),
  analog: ["conv", "own", "fc", "out"],
});

const exported: readonly (readonly [string, Exported])[] = [
  ["a padded shortcut with computed pads", shortcut],
  ["a view with the shape of its input", viewed],
  ["depthwise and grouped convolutions", depthwise],
  ["Keras kernels, MatMul plus Add, one image at a time", keras],
  ...[9, 11, 13, 17, 21].map(
    (opset) => [`gates and reductions of opset ${opset}`, attention(opset)] as const,
  ),
];

async function scores(
  given: OnnxModel,
  network: ReturnType<typeof networkOf>,
  input: Float32Array,
  count: number,
) {
  const session = await openSession(network, given, { threads: 1 });
  const outputs = await session.run(input, count, network.input.shape.map(Number));
  await session.close();
  return Array.from(outputs.get("scores")?.values ?? []);
}

describe.each(exported)("%s", (_, { model, analog, digital }) => {
  const network = networkOf(model);

  test("has its products on the array that can be there", () => {
    expect(network.layers.map(({ name }) => name)).toEqual(analog);
    for (const { reason } of network.digitalLayers) expect(reason).toMatch(digital ?? /^$/);
  });

  test("gives the scores of the file", async () => {
    const size = network.input.shape.reduce((sum: number, dim) => sum * (dim ?? 1), 1);
    const prng = seededPrng(7);
    const images = Float32Array.from({ length: 3 * size }, () => prng.normal());
    const expected: number[] = [];
    for (let n = 0; n < 3; n++)
      expected.push(...(await scores(model, network, images.slice(n * size, (n + 1) * size), 1)));
    const own = await scores(withParameters(network, digitalParameters(network)), network, images, 3);
    expect(own).toHaveLength(9);
    for (const [n, value] of own.entries()) expect(value).toBeCloseTo(expected[n] ?? Number.NaN, 4);
  });
});

it("knows a depthwise network's reasons by the names of its layers", () => {
  expect(networkOf(depthwise.model).digitalLayers.map(({ name }) => name)).toEqual(["depth", "pair"]);
});
