/** A classifier of 2,674 weights that needs no training: edges by a convolution, then the distances to the means of the classes. */

import * as ort from "onnxruntime-node";
import { drawImages } from "../../examples/digits/dataset.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import {
  intAttribute,
  intsAttribute,
  type OnnxModel,
  onnxModel,
  onnxNode,
} from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";

const side = 16;
const trainingImages = 1000;
const channels = 4;
const features = channels * 8 * 8;
const classes = 10;

const convolution = [
  onnxNode("Conv", ["image", "edges.weight"], ["c"], {
    name: "edges",
    attributes: [intsAttribute("strides", [2, 2]), intsAttribute("pads", [1, 1, 1, 1])],
  }),
  onnxNode("Relu", ["c"], ["r"]),
  onnxNode("Flatten", ["r"], ["f"]),
];

/** Upward, downward, left and right edges. */
const edges = floatTensor(
  "edges.weight",
  [channels, 1, 3, 3],
  [
    ...[1, 1, 1, 0, 0, 0, -1, -1, -1],
    ...[-1, -1, -1, 0, 0, 0, 1, 1, 1],
    ...[1, 0, -1, 1, 0, -1, 1, 0, -1],
    ...[-1, 0, 1, -1, 0, 1, -1, 0, 1],
  ].map((value) => value / 6),
);

const image = { name: "image", type: "float32", shape: ["batch", 1, side, side] } as const;

/** The 256 inputs of the second layer and its bias need two tiles above each other on an array of 256 rows. */
export async function edgeNetwork(): Promise<Uint8Array> {
  const { pixels, labels } = drawImages("training", 0, trainingImages);
  const values = await featuresOf(pixels);
  const counts = new Float64Array(classes);
  const means = new Float64Array(classes * features);
  labels.forEach((label, n) => {
    counts[label]! += 1;
    for (let k = 0; k < features; k++) means[label * features + k]! += values[n * features + k]!;
  });
  for (let k = 0; k < means.length; k++) means[k]! /= counts[Math.floor(k / features)]!;
  const middle = Float64Array.from({ length: features }, (_, k) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += means[c * features + k]!;
    return sum / classes;
  });
  // |x - mean|^2 is least where x (mean - middle) - (|mean|^2 - |middle|^2) / 2 is largest.
  const weights = means.map((value, k) => value - middle[k % features]!);
  const biases = Float64Array.from({ length: classes }, (_, c) => {
    let sum = 0;
    for (let k = 0; k < features; k++) sum -= (means[c * features + k]! ** 2 - middle[k]! ** 2) / 2;
    return sum;
  });
  return encodeModel(
    onnxModel({
      name: "edges",
      nodes: [
        ...convolution,
        onnxNode("Gemm", ["f", "classes.weight", "classes.bias"], ["scores"], {
          name: "classes",
          attributes: [intAttribute("transB", 1)],
        }),
      ],
      initializers: [
        edges,
        floatTensor("classes.weight", [classes, features], weights),
        floatTensor("classes.bias", [classes], biases),
      ],
      inputs: [image],
      outputs: [{ name: "scores", type: "float32", shape: ["batch", classes] }],
    }),
  );
}

async function featuresOf(pixels: Uint8Array): Promise<Float32Array> {
  const model: OnnxModel = onnxModel({
    nodes: convolution,
    initializers: [edges],
    inputs: [image],
    outputs: [{ name: "f", type: "float32", shape: ["batch", features] }],
  });
  const session = await ort.InferenceSession.create(encodeModel(model));
  const input = Float32Array.from(pixels, (byte) => (byte / 255 - 0.5) / 0.5);
  const { f } = await session.run({
    image: new ort.Tensor("float32", input, [input.length / side ** 2, 1, side, side]),
  });
  if (!(f?.data instanceof Float32Array)) throw new TypeError("no features");
  return f.data;
}
