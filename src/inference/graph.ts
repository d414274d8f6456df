/** The network's graph with other weights and statistics, or with batch statistics as outputs. Pure. */

import type { AnalogLayer, BatchNorm, BatchNormStatistics, Network } from "../network/layer.ts";
import { tensorsOf } from "../network/matrix.ts";
import type { OnnxModel, OnnxNode, OnnxTensor } from "../network/onnx/model.ts";
import { floatTensor } from "../network/onnx/tensor.ts";

/** What a network computes with: effective weights of each layer (rows x columns, row by row) and statistics of each batch norm. */
export interface Parameters {
  readonly weights: readonly Float32Array[];
  readonly batchNorms: readonly BatchNormStatistics[];
}

/** The parameters of the file: the digital baseline. */
export const digitalParameters = (network: Network): Parameters => ({
  weights: network.layers.map((layer) => layer.weights),
  batchNorms: network.batchNorms,
});

/** A node with its own copies of some inputs. */
interface Rewired {
  readonly node: OnnxNode;
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
    rewired.set(layer.node, withWeights(nodeAt(layer.node), layer, parameters.weights[k]!));
  });
  network.batchNorms.forEach((norm, k) => {
    rewired.set(norm.node, withStatistics(nodeAt(norm.node), norm, parameters.batchNorms[k]!));
  });
  const nodes = graph.nodes.map((node, index) => rewired.get(index)?.node ?? node);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const own = [...rewired.values()].flatMap(({ tensors }) => tensors);
  const initializers = [...graph.initializers, ...own].filter(({ name }) => used.has(name));
  return { ...network.model, graph: { ...graph, nodes, initializers } };
}

function withWeights(node: OnnxNode, layer: AnalogLayer, weights: Float32Array): Rewired {
  const { weight, bias } = tensorsOf(layer, weights);
  const prefix = `${layer.node}::${layer.name}`;
  const tensors = [floatTensor(`${prefix}::weight`, layer.weightDims, weight)];
  if (bias !== undefined) tensors.push(floatTensor(`${prefix}::bias`, [layer.columns], bias));
  const inputs = [node.inputs[0] ?? "", ...tensors.map(({ name }) => name)];
  return { node: { ...node, inputs, attributes: unscaled(node) }, tensors };
}

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
  return { node: { ...node, inputs }, tensors };
}

function assertLength(given: readonly unknown[], expected: readonly unknown[], what: string): void {
  if (given.length === expected.length) return;
  throw new TypeError(`${given.length} ${what} were given, the network has ${expected.length}`);
}
