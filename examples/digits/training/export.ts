/** The trained network as an ONNX model with its batch norms kept as nodes, so that AdaBS can find them. */

import {
  floatAttribute,
  intAttribute,
  intsAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  onnxModel,
  onnxNode,
} from "../../../src/network/onnx/model.ts";
import { floatTensor } from "../../../src/network/onnx/tensor.ts";
import { imageSide } from "../drawing/image.ts";
import { epsilon } from "./batch-norm.ts";
import {
  analogWeights,
  type Block,
  type ConvNorm,
  digitalParameters,
  type Network,
  unitsOf,
} from "./network.ts";

/** `image` (batch, 1, side, side) to `logits` (batch, 10); opset 13. */
export function toOnnx(network: Network, { name, side } = { name: "digits", side: imageSide }): OnnxModel {
  const trunk = network.blocks.reduce<Trunk>(appendBlock, { nodes: [], output: "image" });
  const head = [
    onnxNode("GlobalAveragePool", [trunk.output], ["pool"]),
    onnxNode("Flatten", ["pool"], ["features"], { attributes: [intAttribute("axis", 1)] }),
    onnxNode("Gemm", ["features", "classifier.weight", "classifier.bias"], ["logits"], {
      name: "classifier",
      attributes: [intAttribute("transB", 1)],
    }),
  ];
  const model = onnxModel({
    name,
    nodes: [...trunk.nodes, ...head],
    initializers: tensorsOf(network),
    inputs: [{ name: "image", type: "float32", shape: ["batch", 1, side, side] }],
    outputs: [{ name: "logits", type: "float32", shape: ["batch", network.classifier.bias.value.length] }],
  });
  return { ...model, irVersion: 8 };
}

/** Rounds everything that the file will hold to float32, so that the trainer judges the network that it writes. */
export function roundToFloat32(network: Network): void {
  const values = [...analogWeights(network), ...digitalParameters(network)].map(({ value }) => value);
  const statistics = unitsOf(network).flatMap(({ norm }) => [norm.mean, norm.variance]);
  for (const numbers of [...values, ...statistics]) numbers.set(numbers.map(Math.fround));
}

interface Trunk {
  readonly nodes: readonly OnnxNode[];
  /** The value that the next node reads. */
  readonly output: string;
}

function appendBlock(trunk: Trunk, block: Block): Trunk {
  if (block.kind === "plain") return appendRelu(appendUnit(trunk, block.unit), block.unit.name);
  const first = appendRelu(appendUnit(trunk, block.first), block.first.name);
  const second = appendUnit(first, block.second);
  const total = `${block.second.name}.sum`;
  const added = onnxNode("Add", [trunk.output, second.output], [total]);
  return appendRelu({ nodes: [...second.nodes, added], output: total }, block.second.name);
}

function appendUnit({ nodes, output }: Trunk, { name, convolution, norm }: ConvNorm): Trunk {
  const { weight, stride } = convolution;
  const attributes = [
    intsAttribute("kernel_shape", [3, 3]),
    intsAttribute("pads", [1, 1, 1, 1]),
    intsAttribute("strides", [stride, stride]),
  ];
  const statistics = [norm.gamma.name, norm.beta.name, `${norm.name}.mean`, `${norm.name}.variance`];
  return {
    nodes: [
      ...nodes,
      onnxNode("Conv", [output, weight.name], [name], { attributes }),
      onnxNode("BatchNormalization", [name, ...statistics], [norm.name], {
        attributes: [floatAttribute("epsilon", epsilon)],
      }),
    ],
    output: norm.name,
  };
}

function appendRelu({ nodes, output }: Trunk, name: string): Trunk {
  const rectified = `${name}.relu`;
  return { nodes: [...nodes, onnxNode("Relu", [output], [rectified])], output: rectified };
}

function tensorsOf(network: Network): OnnxTensor[] {
  const parameters = [...analogWeights(network), ...digitalParameters(network)];
  return [
    ...parameters.map(({ name, shape, value }) => floatTensor(name, shape, value)),
    ...unitsOf(network).flatMap(({ norm }) => [
      floatTensor(`${norm.name}.mean`, [norm.mean.length], norm.mean),
      floatTensor(`${norm.name}.variance`, [norm.variance.length], norm.variance),
    ]),
  ];
}
