/**
 * A graph in which every batch normalisation is a stand-in: a depthwise convolution with one factor and one shift a channel, constants
 * that a later graph replaces. ONNX Runtime optimises it as it optimises plain inference. Pure.
 */

import type { BatchNorm, Network } from "../../network/layer.ts";
import {
  intAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  onnxNode,
} from "../../network/onnx/model.ts";
import { floatTensor, tensorValues } from "../../network/onnx/tensor.ts";
import { GraphIndex } from "./graph-index.ts";

export interface StandIn {
  readonly norm: BatchNorm;
  readonly node: OnnxNode;
  readonly gamma: OnnxTensor;
  readonly beta: OnnxTensor;
  /** Taken off the values before their moments, in the bias of the convolution: moments about 0 want small means. */
  readonly center: Float32Array | undefined;
}

/** ONNX Runtime gives constants other names and pads them to whole blocks, so a stand-in is known by the value of its shift. */
const shiftMark = ({ norm }: StandIn): number => norm.node + 1;
/** Any will do that ONNX Runtime has no shortcut for. */
const factorMark = 0.5;

/** Undefined when a batch normalisation does not follow a convolution of images. @param model is the network's, with any weights. */
export function withStandIns(
  network: Network,
  model: OnnxModel,
): { readonly model: OnnxModel; readonly all: readonly StandIn[] } | undefined {
  const graph = new GraphIndex(model);
  const each = network.batchNorms.map((norm) => standInOf(network, graph, norm));
  const all = each.filter((one) => one !== undefined);
  return all.length < each.length ? undefined : { model: replaced(model, graph, all), all };
}

function standInOf(network: Network, graph: GraphIndex, norm: BatchNorm): StandIn | undefined {
  const node = graph.producer(network.model.graph.nodes[norm.node]?.outputs[0]);
  const [gamma, beta] = [graph.tensor(node?.inputs[1]), graph.tensor(node?.inputs[2])];
  if (node === undefined || gamma === undefined || beta === undefined) return undefined;
  const [input] = node.inputs;
  if (!graph.isImage(input)) return undefined;
  const producer = graph.producer(input);
  const bias = producer?.inputs[2] ?? "";
  const centred =
    graph.isImageConvolution(producer) &&
    !graph.isShared(input) &&
    (bias === "" || graph.tensor(bias) !== undefined);
  return { norm, node, gamma, beta, center: centred ? norm.mean : undefined };
}

function replaced(model: OnnxModel, graph: GraphIndex, all: readonly StandIn[]): OnnxModel {
  const byOutput = new Map(all.map((one) => [one.node.outputs[0], one]));
  const byInput = new Map(all.map((one) => [one.node.inputs[0], one]));
  const own: OnnxTensor[] = [];
  const nodes = model.graph.nodes.map((node) => {
    const standIn = byOutput.get(node.outputs[0]);
    if (standIn !== undefined) {
      own.push(...constantsOf(standIn));
      return standInNode(standIn);
    }
    const center = byInput.get(node.outputs[0])?.center;
    if (center === undefined) return node;
    const bias = centredBias(node, graph, center);
    own.push(bias);
    return { ...node, inputs: [...node.inputs.slice(0, 2), bias.name] };
  });
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const initializers = [...model.graph.initializers, ...own].filter(({ name }) => used.has(name));
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}

const factorName = ({ norm }: StandIn): string => `${norm.node}::stand_in_factor`;
const shiftName = ({ norm }: StandIn): string => `${norm.node}::stand_in_shift`;

const standInNode = (one: StandIn): OnnxNode =>
  onnxNode("Conv", [one.node.inputs[0] ?? "", factorName(one), shiftName(one)], one.node.outputs, {
    attributes: [intAttribute("group", one.norm.channels)],
  });

const constantsOf = (one: StandIn): OnnxTensor[] => {
  const { channels } = one.norm;
  return [
    floatTensor(factorName(one), [channels, 1, 1, 1], new Float32Array(channels).fill(factorMark)),
    floatTensor(shiftName(one), [channels], new Float32Array(channels).fill(shiftMark(one))),
  ];
};

function centredBias(node: OnnxNode, graph: GraphIndex, center: Float32Array): OnnxTensor {
  const tensor = graph.tensor(node.inputs[2]);
  const before = tensor === undefined ? new Float32Array(center.length) : tensorValues(tensor);
  return floatTensor(
    `${node.outputs[0]}::centred_bias`,
    [center.length],
    before.map((value, channel) => value - center[channel]!),
  );
}

/** Whether a convolution of the optimised graph with these constants is the stand-in. */
export function isStandIn(one: StandIn, factor: OnnxTensor, shift: OnnxTensor): boolean {
  const isMarked = (tensor: OnnxTensor, mark: number): boolean =>
    tensor.type === "float32" &&
    tensorValues(tensor).every((value, channel) => value === (channel < one.norm.channels ? mark : 0));
  const [channels = 0, ...rest] = factor.dims;
  return (
    channels >= one.norm.channels &&
    rest.length === 3 &&
    rest.every((size) => size === 1) &&
    isMarked(shift, shiftMark(one)) &&
    isMarked(factor, factorMark)
  );
}
