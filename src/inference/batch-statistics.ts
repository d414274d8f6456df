/**
 * The graph in training mode: every BatchNormalization normalises with the mean and the biased variance of its own batch,
 * and gives them out. ONNX Runtime has no training mode of its own, but takes statistics that are computed in the graph.
 */

import type { BatchNorm, Network } from "../network/layer.ts";
import { type OnnxModel, type OnnxNode, type OnnxValueInfo, onnxNode } from "../network/onnx/model.ts";
import { integerTensor } from "../network/onnx/tensor.ts";
import { moments, momentTensors } from "./moments.ts";

/** Output names of one batch norm's statistics: mean and variance (one for each channel), and the number of values of the layer. */
export interface StatisticsOutputs {
  readonly mean: string;
  readonly variance: string;
  /** int64 scalar: batch x channels x height x width. */
  readonly size: string;
}

export const statisticsOutputs = (norm: BatchNorm): StatisticsOutputs => ({
  mean: `${norm.node}::batch_mean`,
  variance: `${norm.node}::batch_variance`,
  size: `${norm.node}::batch_size`,
});

const flatShape = "pcmlab::channels_last_but_one";

/** `model` is the network's model, with any weights. */
export function withBatchStatistics(network: Network, model: OnnxModel): OnnxModel {
  const norms = new Map(
    network.batchNorms.map((norm) => [network.model.graph.nodes[norm.node]?.outputs[0], norm]),
  );
  const nodes = model.graph.nodes.flatMap((node) => {
    const norm = norms.get(node.outputs[0]);
    return norm === undefined ? [node] : normWithStatistics(model, node, statisticsOutputs(norm));
  });
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes,
      initializers: [
        ...model.graph.initializers,
        // Any number of spatial dimensions, none included, becomes one.
        integerTensor(flatShape, [3], [0, 0, -1]),
        ...momentTensors(model),
      ],
      outputs: [...model.graph.outputs, ...network.batchNorms.flatMap(outputInfos)],
    },
  };
}

function normWithStatistics(
  model: OnnxModel,
  node: OnnxNode,
  { mean, variance, size }: StatisticsOutputs,
): OnnxNode[] {
  const [input = "", scale = "", shift = ""] = node.inputs;
  return [
    ...moments(model, input, flatShape, { mean, variance }).nodes,
    onnxNode("Size", [input], [size]),
    { ...node, inputs: [input, scale, shift, mean, variance] },
  ];
}

function outputInfos(norm: BatchNorm): OnnxValueInfo[] {
  const names = statisticsOutputs(norm);
  return [
    { name: names.mean, type: "float32", shape: [norm.channels] },
    { name: names.variance, type: "float32", shape: [norm.channels] },
    { name: names.size, type: "int64", shape: [] },
  ];
}
