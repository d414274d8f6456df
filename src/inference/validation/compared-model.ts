/**
 * One ONNX model that runs the digital network and that of a chip side by side, and beside them every layer of the chip once more on
 * the inputs of the digital network: its own error, and the error that has gathered on the way to it. Gives sums, not activations.
 */

import type { AnalogLayer, Network } from "../../network/layer.ts";
import {
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
  onnxNode,
} from "../../network/onnx/model.ts";
import { integerTensor } from "../../network/onnx/tensor.ts";
import { moments, momentTensors } from "../moments.ts";
import { flatShapeOf } from "../product-statistics.ts";

/** own: every layer with the inputs of the digital network. accumulated: with those that the layers of the chip before it gave. */
export const comparisonModes = ["own", "accumulated"] as const;
export type ComparisonMode = (typeof comparisonModes)[number];

/** Of one value, by column. */
export interface MomentOutputs {
  readonly mean: string;
  /** Biased, like the mean over the values of one batch. */
  readonly variance: string;
}

export interface ComparedOutputs {
  /** int64 scalar: values of the layer in the batch, all columns together. */
  readonly size: string;
  readonly digital: MomentOutputs;
  readonly chip: Readonly<Record<ComparisonMode, MomentOutputs>>;
  /** Of chip less digital. */
  readonly error: Readonly<Record<ComparisonMode, MomentOutputs>>;
}

export function comparedOutputs(layer: AnalogLayer): ComparedOutputs {
  const named = (part: string): MomentOutputs => ({
    mean: `${layer.node}::${part}_mean`,
    variance: `${layer.node}::${part}_variance`,
  });
  return {
    size: `${layer.node}::compared_size`,
    digital: named("digital"),
    chip: { own: named("own"), accumulated: named("accumulated") },
    error: { own: named("own_error"), accumulated: named("accumulated_error") },
  };
}

/** @param digital and `chip`: models of the same network with the parameters of each. */
export function comparedModel(network: Network, digital: OnnxModel, chip: OnnxModel): OnnxModel {
  const constants = new Set(chip.graph.initializers.map(({ name }) => name));
  const onChip = (name: string): string =>
    name === "" || name === network.input.name ? name : `chip::${name}`;
  const all = renamed(chip.graph.nodes, onChip);
  const own = network.layers.flatMap((layer) => layerAlone(network, chip.graph, layer, constants, onChip));
  const measured = network.layers.map((layer) => measuredLayer(network, digital, layer, onChip));
  const { graph } = digital;
  return {
    ...digital,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...all, ...own, ...measured.flatMap(({ nodes }) => nodes)],
      initializers: [
        ...graph.initializers,
        ...chip.graph.initializers.map((tensor) => ({ ...tensor, name: onChip(tensor.name) })),
        ...momentTensors(digital),
        ...measured.flatMap(({ tensors }) => tensors),
      ],
      outputs: [...graph.outputs, ...measured.flatMap(({ outputs }) => outputs)],
    },
  };
}

const renamed = (nodes: readonly OnnxNode[], rename: (name: string) => string): OnnxNode[] =>
  nodes.map((node) => ({
    ...node,
    name: rename(node.name),
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));

const inputOf = (network: Network, { node }: AnalogLayer): string =>
  network.model.graph.nodes[node]?.inputs[0] ?? "";
const outputOf = (network: Network, { node }: AnalogLayer): string =>
  network.model.graph.nodes[node]?.outputs[0] ?? "";
const ownName = (layer: AnalogLayer, name: string): string => `own::${layer.node}::${name}`;

/** The nodes of the chip between the input and the output of a layer, on the digital input. */
function layerAlone(
  network: Network,
  graph: OnnxGraph,
  layer: AnalogLayer,
  constants: ReadonlySet<string>,
  onChip: (name: string) => string,
): OnnxNode[] {
  const input = inputOf(network, layer);
  const rename = (name: string): string => {
    if (name === "" || name === input) return name;
    return constants.has(name) ? onChip(name) : ownName(layer, name);
  };
  return renamed(nodesBetween(graph, input, outputOf(network, layer)), rename);
}

/** What it takes to compute `output` from `input` and constants, in the order of the graph. */
function nodesBetween({ nodes }: OnnxGraph, input: string, output: string): OnnxNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const needed = new Set<OnnxNode>();
  const wanted = [output];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const maker = name === input ? undefined : makers.get(name);
    if (maker === undefined || needed.has(maker)) continue;
    needed.add(maker);
    wanted.push(...maker.inputs);
  }
  return nodes.filter((node) => needed.has(node));
}

interface Measured {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly outputs: readonly OnnxValueInfo[];
}

function measuredLayer(
  network: Network,
  model: OnnxModel,
  layer: AnalogLayer,
  onChip: (name: string) => string,
): Measured {
  const output = outputOf(network, layer);
  const names = comparedOutputs(layer);
  const shape = integerTensor(`${names.size}::shape`, [3], flatShapeOf(layer));
  const given = { own: ownName(layer, output), accumulated: onChip(output) };
  const errors = comparisonModes.map((mode) =>
    onnxNode("Sub", [given[mode], output], [`${names.error[mode].mean}::value`]),
  );
  const values = [
    { value: output, to: names.digital },
    ...comparisonModes.map((mode) => ({ value: given[mode], to: names.chip[mode] })),
    ...comparisonModes.map((mode) => ({
      value: `${names.error[mode].mean}::value`,
      to: names.error[mode],
    })),
  ];
  const info = { type: "float32", shape: [layer.columns] } as const;
  return {
    nodes: [
      onnxNode("Size", [output], [names.size]),
      ...errors,
      ...values.flatMap(({ value, to }) => moments(model, value, shape.name, to).nodes),
    ],
    tensors: [shape],
    outputs: [
      { name: names.size, type: "int64", shape: [] },
      ...values.flatMap(({ to }) => [
        { name: to.mean, ...info },
        { name: to.variance, ...info },
      ]),
    ],
  };
}
