/**
 * What a graph does to each channel by itself, factor and shift after factor and shift, as one depthwise convolution: ONNX Runtime keeps
 * that in the layout of its convolutions and joins it with the sum and the ReLU behind it. Pure.
 */

import { floatOf, intOf } from "../../network/attributes.ts";
import {
  intAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  onnxNode,
} from "../../network/onnx/model.ts";
import { floatTensor, tensorValues } from "../../network/onnx/tensor.ts";
import { GraphIndex } from "./graph-index.ts";

/** y = factor x + shift, channel by channel. */
interface ChannelAffine {
  readonly factor: Float32Array;
  readonly shift: Float32Array;
}

interface Chain extends ChannelAffine {
  /** Of the chain, in the order of the graph. */
  readonly nodes: readonly OnnxNode[];
  readonly from: string;
}

/** The model with such a convolution for every batch normalisation of images, and what stands right before it taken in. */
export function withDepthwiseNorms(model: OnnxModel): OnnxModel {
  const graph = new GraphIndex(model);
  const chains = new Map<OnnxNode, Chain>();
  for (const node of model.graph.nodes) {
    const chain = node.opType === "BatchNormalization" ? chainBefore(graph, node) : undefined;
    if (chain !== undefined) chains.set(node, chain);
  }
  const gone = new Set([...chains.values()].flatMap(({ nodes }) => nodes));
  const own: OnnxTensor[] = [];
  const nodes = model.graph.nodes.flatMap((node) => {
    const chain = chains.get(node);
    if (chain === undefined) return gone.has(node) ? [] : [node];
    const made = depthwise(node, chain);
    own.push(...made.tensors);
    return made.nodes;
  });
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const initializers = [...model.graph.initializers, ...own].filter(({ name }) => used.has(name));
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}

function chainBefore(graph: GraphIndex, norm: OnnxNode): Chain | undefined {
  const [from = ""] = norm.inputs;
  const last = affineOfNorm(graph, norm);
  if (last === undefined || !graph.isImage(from)) return undefined;
  let chain: Chain = { ...last, nodes: [norm], from };
  for (;;) {
    const before = graph.isShared(chain.from) ? undefined : graph.producer(chain.from);
    const affine = before && affineOf(graph, before, chain.factor.length);
    if (before === undefined || affine === undefined) return chain;
    const { factor, shift } = chain;
    chain = {
      factor: factor.map((value, channel) => value * affine.factor[channel]!),
      shift: shift.map((value, channel) => value + factor[channel]! * affine.shift[channel]!),
      nodes: [before, ...chain.nodes],
      from: before.inputs[0] ?? "",
    };
    // What the codes of a converter mean ends the chain: they become numbers by a factor of 1.
    if (before.opType === "DequantizeLinear") return chain;
  }
}

function affineOfNorm(graph: GraphIndex, norm: OnnxNode): ChannelAffine | undefined {
  const [gamma, beta, mean, variance] = norm.inputs.slice(1, 5).map((name) => valuesOf(graph, name));
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined)
    return undefined;
  const epsilon = floatOf(norm, "epsilon", 1e-5);
  const factor = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  return { factor, shift: beta.map((value, channel) => value - mean[channel]! * factor[channel]!) };
}

function affineOf(graph: GraphIndex, node: OnnxNode, channels: number): ChannelAffine | undefined {
  const tensor = graph.tensor(node.inputs[1]);
  if (tensor === undefined || tensor.type !== "float32") return undefined;
  const values = tensorValues(tensor);
  const [factor, shift] = [new Float32Array(channels).fill(1), new Float32Array(channels)];
  switch (node.opType) {
    case "Mul":
      return isOfChannels(tensor, channels) ? { factor: values, shift } : undefined;
    case "Add":
      return isOfChannels(tensor, channels) ? { factor, shift: values } : undefined;
    case "DequantizeLinear":
      return hasNoZeroPoint(graph, node) ? meaningOfCodes(node, values, factor, shift) : undefined;
    default:
      return undefined;
  }
}

function meaningOfCodes(
  node: OnnxNode,
  values: Float32Array,
  { length: channels }: Float32Array,
  shift: Float32Array,
): ChannelAffine | undefined {
  const [first = 1] = values;
  if (values.length === 1) return { factor: new Float32Array(channels).fill(first), shift };
  return values.length === channels && intOf(node, "axis", 1) === 1 ? { factor: values, shift } : undefined;
}

const isOfChannels = ({ dims }: OnnxTensor, channels: number): boolean =>
  dims.length === 3 && dims[0] === channels && dims[1] === 1 && dims[2] === 1;

const hasNoZeroPoint = (graph: GraphIndex, node: OnnxNode): boolean =>
  (node.inputs[2] ?? "") === "" || (graph.tensor(node.inputs[2])?.data.every((byte) => byte === 0) ?? false);

function valuesOf(graph: GraphIndex, name: string): Float32Array | undefined {
  const tensor = graph.tensor(name);
  return tensor?.type === "float32" ? tensorValues(tensor) : undefined;
}

function depthwise(norm: OnnxNode, { factor, shift, nodes, from }: Chain) {
  const channels = factor.length;
  const own = (part: string): string => `${norm.outputs[0]}::depthwise_${part}`;
  const tensors = [
    floatTensor(own("factor"), [channels, 1, 1, 1], factor),
    floatTensor(own("shift"), [channels], shift),
  ];
  const [first] = nodes;
  const converted = first?.opType === "DequantizeLinear" ? own("codes") : undefined;
  const convolution = onnxNode("Conv", [converted ?? from, own("factor"), own("shift")], norm.outputs, {
    attributes: [intAttribute("group", channels)],
  });
  if (converted === undefined) return { nodes: [convolution], tensors };
  const codes = onnxNode("DequantizeLinear", [from, own("one")], [converted]);
  return { nodes: [codes, convolution], tensors: [...tensors, floatTensor(own("one"), [], [1])] };
}
