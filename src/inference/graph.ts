/** The network's graph with other weights and statistics, or with batch statistics as outputs. Pure. */

import type { AnalogLayer, BatchNorm, BatchNormStatistics, Network } from "../network/layer.ts";
import { tensorsOf } from "../network/matrix.ts";
import { type OnnxModel, type OnnxNode, type OnnxTensor, onnxNode } from "../network/onnx/model.ts";
import { floatTensor } from "../network/onnx/tensor.ts";

/** What a network computes with. */
export interface Parameters {
  /** Of each layer, rows x columns, row by row, as the array holds them. */
  readonly weights: readonly Float32Array[];
  /** Factors of the outputs of a layer in software, one a column; 1 where they are missing. */
  readonly scales?: ByLayer<Float32Array>;
  /** Added to the scaled outputs of a layer in software, one value a column; none where it is missing. */
  readonly offsets?: ByLayer<Float32Array>;
  readonly batchNorms: readonly BatchNormParameters[];
  /** How the products of a layer are computed; exactly where it is missing. */
  readonly products?: ByLayer<LayerProduct>;
}

type ByLayer<T> = readonly (T | undefined)[];

export interface BatchNormParameters extends BatchNormStatistics {
  /** Gamma and beta, one value a channel; those of the file where they are missing. */
  readonly gamma?: Float32Array;
  readonly beta?: Float32Array;
}

/** How an array computes the products of its inputs with the weights of a layer, other than exactly. */
export interface LayerProduct {
  /** The row of the bias in the array is part of the product; scale, offset and digital bias follow it in software. */
  nodes(place: ProductPlace): Rewired;
}

/** Where the product of a layer stands in the graph. */
export interface ProductPlace {
  readonly layer: AnalogLayer;
  /** The layer's node in the file, without factors that are in the weights already. */
  readonly node: OnnxNode;
  /** rows x columns, row by row. */
  readonly weights: Float32Array;
  /** Names of the values that the product takes and gives. */
  readonly input: string;
  readonly output: string;
  /** Begins the names of everything that is added. */
  readonly prefix: string;
}

/** Nodes in place of one, and their constants; those of equal names are one. */
export interface Rewired {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/** The parameters of the file: the digital baseline. */
export const digitalParameters = (network: Network): Parameters => ({
  weights: network.layers.map((layer) => layer.weights),
  batchNorms: network.batchNorms,
});

/** Each value multiplied by the scale of its column. */
export const scaledColumns = (weights: Float32Array, scale: Float32Array | undefined): Float32Array =>
  scale === undefined ? weights : weights.map((value, at) => value * scale[at % scale.length]!);

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
    rewired.set(layer.node, withWeights(nodeAt(layer.node), layer, parameters, k));
  });
  network.batchNorms.forEach((norm, k) => {
    rewired.set(norm.node, withStatistics(nodeAt(norm.node), norm, parameters.batchNorms[k]!));
  });
  const nodes = graph.nodes.flatMap((node, index) => rewired.get(index)?.nodes ?? [node]);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const own = [...rewired.values()].flatMap(({ tensors }) => tensors);
  const tensors = new Map([...graph.initializers, ...own].map((tensor) => [tensor.name, tensor]));
  const initializers = [...tensors.values()].filter(({ name }) => used.has(name));
  return { ...network.model, graph: { ...graph, nodes, initializers } };
}

function withWeights(node: OnnxNode, layer: AnalogLayer, parameters: Parameters, index: number): Rewired {
  const weights = parameters.weights[index]!;
  const [scale, offset] = [parameters.scales?.[index], parameters.offsets?.[index]];
  const product = parameters.products?.[index];
  return product === undefined
    ? exactProduct(node, layer, scaledColumns(weights, scale), offset)
    : otherProduct(product, node, layer, weights, scale, offset);
}

/** What software does with a product is folded into the weights and the bias of the node. */
function exactProduct(
  node: OnnxNode,
  layer: AnalogLayer,
  weights: Float32Array,
  offset: Float32Array | undefined,
): Rewired {
  const { weight, bias } = tensorsOf(layer, weights);
  const prefix = prefixOf(layer);
  const weightTensor = floatTensor(`${prefix}::weight`, layer.weightDims, weight);
  const [data = ""] = node.inputs;
  const added = sumOf(bias, offset);
  if (added === undefined)
    return { nodes: [{ ...unscaled(node), inputs: [data, weightTensor.name] }], tensors: [weightTensor] };
  if (layer.kind !== "matmul") {
    const biasTensor = floatTensor(`${prefix}::bias`, [layer.columns], added);
    const inputs = [data, weightTensor.name, biasTensor.name];
    return { nodes: [{ ...unscaled(node), inputs }], tensors: [weightTensor, biasTensor] };
  }
  const product = `${prefix}::product`;
  const multiplied = { ...node, inputs: [data, weightTensor.name], outputs: [product] };
  const sum = inSoftware(layer, "Add", added, product, node.outputs[0] ?? "");
  return { nodes: [multiplied, ...sum.nodes], tensors: [weightTensor, ...sum.tensors] };
}

function otherProduct(
  product: LayerProduct,
  node: OnnxNode,
  layer: AnalogLayer,
  weights: Float32Array,
  scale: Float32Array | undefined,
  offset: Float32Array | undefined,
): Rewired {
  const prefix = prefixOf(layer);
  const added = sumOf(layer.biasInArray ? undefined : layer.digitalBias, offset);
  const software = [
    ...(scale === undefined ? [] : [{ operation: "Mul", values: scale } as const]),
    ...(added === undefined ? [] : [{ operation: "Add", values: added } as const]),
  ];
  const [input = "", output = ""] = [node.inputs[0], node.outputs[0]];
  const between = [...software.map(({ operation }) => `${prefix}::before${operation}`), output];
  const place = { layer, node: unscaled(node), weights, input, output: between[0]!, prefix };
  const parts = [
    product.nodes(place),
    ...software.map(({ operation, values }, step) =>
      inSoftware(layer, operation, values, between[step]!, between[step + 1]!),
    ),
  ];
  return { nodes: parts.flatMap(({ nodes }) => nodes), tensors: parts.flatMap(({ tensors }) => tensors) };
}

/** The columns of a convolution are the second dimension of its output, those of the others the last. */
function inSoftware(
  layer: AnalogLayer,
  operation: "Mul" | "Add",
  values: Float32Array,
  from: string,
  to: string,
): Rewired {
  const name = `${prefixOf(layer)}::${operation === "Mul" ? "scale" : "offset"}`;
  const spatial = layer.kind === "conv" ? layer.weightDims.slice(2).map(() => 1) : [];
  return {
    nodes: [onnxNode(operation, [from, name], [to], { name: `${name}d` })],
    tensors: [floatTensor(name, [layer.columns, ...spatial], values)],
  };
}

const prefixOf = (layer: AnalogLayer): string => `${layer.node}::${layer.name}`;

const sumOf = (a: Float32Array | undefined, b: Float32Array | undefined): Float32Array | undefined =>
  a === undefined || b === undefined ? (a ?? b) : a.map((value, column) => value + b[column]!);

/** Gemm's alpha and beta are already in the weights and the bias. */
const unscaled = (node: OnnxNode): OnnxNode =>
  node.opType === "Gemm"
    ? { ...node, attributes: node.attributes.filter(({ name }) => name !== "alpha" && name !== "beta") }
    : node;

function withStatistics(
  node: OnnxNode,
  norm: BatchNorm,
  { mean, variance, gamma, beta }: BatchNormParameters,
): Rewired {
  const own = { 1: gamma, 2: beta, 3: mean, 4: variance };
  const names = ["input", "gamma", "beta", "mean", "variance"];
  const tensors = Object.entries(own).flatMap(([input, values]) =>
    values === undefined
      ? []
      : [
          {
            input: Number(input),
            tensor: floatTensor(
              `${norm.node}::${norm.name}::${names[Number(input)]}`,
              [norm.channels],
              values,
            ),
          },
        ],
  );
  const byInput = new Map(tensors.map(({ input, tensor }) => [input, tensor.name]));
  const inputs = node.inputs.slice(0, 5).map((name, input) => byInput.get(input) ?? name);
  return { nodes: [{ ...node, inputs }], tensors: tensors.map(({ tensor }) => tensor) };
}

function assertLength(given: readonly unknown[], expected: readonly unknown[], what: string): void {
  if (given.length === expected.length) return;
  throw new TypeError(`${given.length} ${what} were given, the network has ${expected.length}`);
}
