/** The network's graph with other weights and statistics, or with batch statistics as outputs. Pure. */

import type { AnalogLayer, BatchNorm, BatchNormStatistics, Network } from "../network/layer.ts";
import { tensorsOf } from "../network/matrix.ts";
import { type OnnxModel, type OnnxNode, type OnnxTensor, onnxNode } from "../network/onnx/model.ts";
import { floatTensor } from "../network/onnx/tensor.ts";

/** What a network computes with: effective weights of each layer (rows x columns, row by row) and statistics of each batch norm. */
export interface Parameters {
  readonly weights: readonly Float32Array[];
  readonly batchNorms: readonly BatchNormStatistics[];
  /** Added to the outputs of a layer in software, one value a column; none where it is missing. */
  readonly offsets?: readonly (Float32Array | undefined)[];
}

/** The parameters of the file: the digital baseline. */
export const digitalParameters = (network: Network): Parameters => ({
  weights: network.layers.map((layer) => layer.weights),
  batchNorms: network.batchNorms,
});

/** A node with its own copies of some inputs, and what follows it. */
interface Rewired {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/**
 * The ONNX model that computes with the given parameters.
 * @throws TypeError when a parameter has the wrong size.
 */
export function withParameters(network: Network, parameters: Parameters): OnnxModel {
  assertLength(parameters.weights, network.layers, "weight matrices");
  assertLength(parameters.batchNorms, network.batchNorms, "batch norms");
  const { graph } = network.model;
  const rewired = new Map<number, Rewired>();
  const nodeAt = (index: number): OnnxNode => graph.nodes[index]!;
  network.layers.forEach((layer, k) => {
    rewired.set(
      layer.node,
      withWeights(nodeAt(layer.node), layer, parameters.weights[k]!, parameters.offsets?.[k]),
    );
  });
  network.batchNorms.forEach((norm, k) => {
    rewired.set(norm.node, withStatistics(nodeAt(norm.node), norm, parameters.batchNorms[k]!));
  });
  const nodes = graph.nodes.flatMap((node, index) => rewired.get(index)?.nodes ?? [node]);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const own = [...rewired.values()].flatMap(({ tensors }) => tensors);
  const initializers = [...graph.initializers, ...own].filter(({ name }) => used.has(name));
  return { ...network.model, graph: { ...graph, nodes, initializers } };
}

function withWeights(
  node: OnnxNode,
  layer: AnalogLayer,
  weights: Float32Array,
  offset: Float32Array | undefined,
): Rewired {
  const { weight, bias } = tensorsOf(layer, weights);
  const prefix = `${layer.node}::${layer.name}`;
  const weightTensor = floatTensor(`${prefix}::weight`, layer.weightDims, weight);
  const [data = ""] = node.inputs;
  const added = sumOf(bias, offset);
  if (added === undefined)
    return {
      nodes: [{ ...node, inputs: [data, weightTensor.name], attributes: unscaled(node) }],
      tensors: [weightTensor],
    };
  const biasTensor = floatTensor(`${prefix}::bias`, [layer.columns], added);
  const tensors = [weightTensor, biasTensor];
  if (layer.kind !== "matmul") {
    const inputs = [data, weightTensor.name, biasTensor.name];
    return { nodes: [{ ...node, inputs, attributes: unscaled(node) }], tensors };
  }
  const product = `${prefix}::product`;
  const multiplied = { ...node, inputs: [data, weightTensor.name], outputs: [product] };
  return {
    nodes: [
      multiplied,
      onnxNode("Add", [product, biasTensor.name], node.outputs, { name: `${prefix}::offset` }),
    ],
    tensors,
  };
}

const sumOf = (a: Float32Array | undefined, b: Float32Array | undefined): Float32Array | undefined =>
  a === undefined || b === undefined ? (a ?? b) : a.map((value, column) => value + b[column]!);

/** Gemm's alpha and beta are already in the weights and the bias. */
const unscaled = (node: OnnxNode): OnnxNode["attributes"] =>
  node.opType === "Gemm"
    ? node.attributes.filter(({ name }) => name !== "alpha" && name !== "beta")
    : node.attributes;

function withStatistics(node: OnnxNode, norm: BatchNorm, { mean, variance }: BatchNormStatistics): Rewired {
  const prefix = `${norm.node}::${norm.name}`;
  const tensors = [
    floatTensor(`${prefix}::mean`, [norm.channels], mean),
    floatTensor(`${prefix}::variance`, [norm.channels], variance),
  ];
  const inputs = [...node.inputs.slice(0, 3), ...tensors.map(({ name }) => name)];
  return { nodes: [{ ...node, inputs }], tensors };
}

function assertLength(given: readonly unknown[], expected: readonly unknown[], what: string): void {
  if (given.length === expected.length) return;
  throw new TypeError(`${given.length} ${what} were given, the network has ${expected.length}`);
}
