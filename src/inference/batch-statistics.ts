/**
 * The graph in training mode: every BatchNormalization normalises with the mean and the biased variance of its own batch,
 * and gives them out. ONNX Runtime has no training mode of its own, but takes statistics that are computed in the graph.
 */

import type { BatchNorm, Network } from "../network/layer.ts";
import {
  floatAttribute,
  intAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxValueInfo,
  onnxNode,
} from "../network/onnx/model.ts";
import { floatTensor, integerTensor } from "../network/onnx/tensor.ts";
import { channelMean, momentTensors, momentVector } from "./moments.ts";

/** Output names of one batch norm's statistics: mean and variance (one for each channel), and how many values each channel has. */
export interface StatisticsOutputs {
  readonly mean: string;
  readonly variance: string;
  /** int64 scalar: batch x height x width. */
  readonly count: string;
}

export const statisticsOutputs = (norm: BatchNorm): StatisticsOutputs => ({
  mean: `${norm.node}::batch_mean`,
  variance: `${norm.node}::batch_variance`,
  count: `${norm.node}::batch_count`,
});

const flatShape = "pcmlab::channels_last_but_one";
const lastAxis = "pcmlab::last_axis";
const leastVariance = "pcmlab::least_variance";

/** Added to the variances of single images and taken off their mean: far below the epsilon of any batch normalisation. */
const addedVariance = 1e-8;

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
        integerTensor(lastAxis, [1], [2]),
        floatTensor(leastVariance, [], [addedVariance]),
        ...momentTensors(model),
      ],
      outputs: [...model.graph.outputs, ...network.batchNorms.flatMap(outputInfos)],
    },
  };
}

function normWithStatistics(
  model: OnnxModel,
  node: OnnxNode,
  { mean, variance, count }: StatisticsOutputs,
): OnnxNode[] {
  const [input = "", scale = "", shift = ""] = node.inputs;
  return [
    ...pooledMoments(model, input, mean, variance),
    onnxNode("Size", [input], [`${count}::values`]),
    onnxNode("Size", [mean], [`${count}::channels`]),
    onnxNode("Div", [`${count}::values`, `${count}::channels`], [count]),
    { ...node, inputs: [input, scale, shift, mean, variance] },
  ];
}

/**
 * Mean and variance of each channel from those of its images: the variance is the mean of theirs and the variance of their means.
 * LayerNormalization computes both in one operator, the variance in two passes; ReduceMean, Sub, Mul and ReduceMean over all values (`moments`)
 * take half as long again as it does (ONNX Runtime 1.30, ResNet-32, batch 200).
 */
function pooledMoments(model: OnnxModel, input: string, mean: string, variance: string): OnnxNode[] {
  const inner = (part: string): string => `${mean}::${part}`;
  return [
    onnxNode("Reshape", [input, flatShape], [inner("flat")]),
    onnxNode("Shape", [inner("flat")], [inner("shape")]),
    onnxNode("Gather", [inner("shape"), lastAxis], [inner("length")]),
    onnxNode("ConstantOfShape", [inner("length")], [inner("scale")]),
    onnxNode(
      "LayerNormalization",
      [inner("flat"), inner("scale")],
      [inner("unused"), inner("means"), inner("inverse")],
      { attributes: [intAttribute("axis", -1), floatAttribute("epsilon", addedVariance)] },
    ),
    channelMean(model, inner("means"), inner("kept")),
    onnxNode("Sub", [inner("means"), inner("kept")], [inner("apart")]),
    onnxNode("Mul", [inner("apart"), inner("apart")], [inner("between")]),
    onnxNode("Mul", [inner("inverse"), inner("inverse")], [inner("precision")]),
    onnxNode("Reciprocal", [inner("precision")], [inner("within")]),
    onnxNode("Add", [inner("within"), inner("between")], [inner("both")]),
    channelMean(model, inner("both"), inner("raised")),
    onnxNode("Sub", [inner("raised"), leastVariance], [inner("lowered")]),
    onnxNode("Relu", [inner("lowered")], [inner("variance")]),
    onnxNode("Reshape", [inner("kept"), momentVector], [mean]),
    onnxNode("Reshape", [inner("variance"), momentVector], [variance]),
  ];
}

/** What the graph says of them. */
export function outputInfos(norm: BatchNorm): OnnxValueInfo[] {
  const names = statisticsOutputs(norm);
  return [
    { name: names.mean, type: "float32", shape: [norm.channels] },
    { name: names.variance, type: "float32", shape: [norm.channels] },
    { name: names.count, type: "int64", shape: [] },
  ];
}
