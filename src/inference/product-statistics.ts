/**
 * The graph with the mean and the variance of the outputs of its analog layers as outputs, and, where they are known, with each of these
 * layers brought to the statistics that it should have before the next one runs: one pass then serves all layers.
 */

import type { ChannelStatistics } from "../../calibration/compensation/adabs.ts";
import type { AnalogLayer, Network } from "../network/layer.ts";
import {
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
  onnxNode,
} from "../network/onnx/model.ts";
import { floatTensor, integerTensor } from "../network/onnx/tensor.ts";
import { moments, momentTensors } from "./moments.ts";

export const productOutputs = (layer: AnalogLayer) => ({
  mean: `${layer.node}::product_mean`,
  variance: `${layer.node}::product_variance`,
});

/** Inputs of a model that brings layers to their statistics, for each batch; 1 x columns x 1. */
export const wantedInputs = (layer: AnalogLayer) => ({
  mean: `${layer.node}::wanted_mean`,
  deviation: `${layer.node}::wanted_deviation`,
});

/** Keeps a column that does not vary from becoming infinite; relative to the variance that it should have. */
const leastVariance = 1e-6;

/**
 * @param model the network's model, with any weights.
 * @param wanted by layer: about what statistics its columns should have; what they should have in a batch is an input of the model
 * (`wantedInputs`). Layers without are measured as they are.
 * @param measured by layer: whether its statistics are outputs.
 */
export function withProductStatistics(
  network: Network,
  model: OnnxModel,
  wanted: readonly (ChannelStatistics | undefined)[],
  measured: readonly boolean[],
): OnnxModel {
  const own = network.layers.flatMap((layer, index) =>
    measured[index] === true ? [measuredLayer(network, model, layer, wanted[index])] : [],
  );
  const byOutput = new Map(own.map((layer) => [layer.output, layer]));
  const nodes = model.graph.nodes.flatMap((node) => {
    const layer = byOutput.get(node.outputs[0] ?? "");
    return layer === undefined ? [node] : [{ ...node, outputs: [layer.raw] }, ...layer.nodes];
  });
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes,
      inputs: [...model.graph.inputs, ...own.flatMap(({ inputs }) => inputs)],
      initializers: [
        ...model.graph.initializers,
        ...momentTensors(model),
        ...own.flatMap(({ tensors }) => tensors),
      ],
      outputs: [...model.graph.outputs, ...own.flatMap(({ infos }) => infos)],
    },
  };
}

function measuredLayer(
  network: Network,
  model: OnnxModel,
  layer: AnalogLayer,
  wanted: ChannelStatistics | undefined,
) {
  const { mean, variance } = productOutputs(layer);
  const output = network.model.graph.nodes[layer.node]?.outputs[0] ?? "";
  const raw = `${mean}::raw`;
  const flatShape = integerTensor(`${mean}::shape`, [3], flatShapeOf(layer));
  const measuring = moments(model, raw, flatShape.name, { mean, variance });
  const corrected =
    wanted === undefined
      ? {
          nodes: [onnxNode("Identity", [raw], [output], { name: `${raw}::passed` })],
          tensors: [],
          inputs: [],
        }
      : brought({ layer, raw, output, wanted, ...measuring });
  const info = { type: "float32", shape: [layer.columns] } as const;
  return {
    output,
    raw,
    nodes: [...measuring.nodes, ...corrected.nodes],
    tensors: [flatShape, ...corrected.tensors],
    inputs: corrected.inputs,
    infos: [
      { name: mean, ...info },
      { name: variance, ...info },
    ],
  };
}

/** The columns of a product of matrices are its last dimension, those of the others the second. */
export const flatShapeOf = ({ kind, columns }: AnalogLayer): number[] =>
  kind === "matmul" ? [-1, columns, 1] : [0, columns, -1];

/** (value - mean) / deviation x wanted deviation + wanted mean. */
function brought({
  layer,
  raw,
  output,
  wanted,
  difference,
  variance,
}: {
  readonly layer: AnalogLayer;
  readonly raw: string;
  readonly output: string;
  readonly wanted: ChannelStatistics;
  readonly difference: string;
  readonly variance: string;
}): { nodes: OnnxNode[]; tensors: OnnxTensor[]; inputs: OnnxValueInfo[] } {
  const inner = (part: string): string => `${raw}::${part}`;
  const { mean, deviation } = wantedInputs(layer);
  const shape = [1, layer.columns, 1];
  const least = wanted.variance.map((value) => Math.max(leastVariance * value, Number.MIN_VALUE));
  const nodes = [
    onnxNode("Max", [variance, inner("least")], [inner("bounded")]),
    onnxNode("Sqrt", [inner("bounded")], [inner("deviation")]),
    onnxNode("Div", [deviation, inner("deviation")], [inner("factor")]),
    onnxNode("Mul", [difference, inner("factor")], [inner("scaled")]),
    onnxNode("Add", [inner("scaled"), mean], [inner("shifted")]),
    onnxNode("Shape", [raw], [inner("size")]),
    onnxNode("Reshape", [inner("shifted"), inner("size")], [output], { name: inner("brought") }),
  ];
  const inputs = [mean, deviation].map((name): OnnxValueInfo => ({ name, type: "float32", shape }));
  return { nodes, tensors: [floatTensor(inner("least"), shape, least)], inputs };
}
