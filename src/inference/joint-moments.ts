/** Nodes that put a regression on the digital network's values in the place of a batch normalisation. */

import type { BatchNorm } from "../network/layer.ts";
import {
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
  onnxNode,
} from "../network/onnx/model.ts";
import { floatTensor, integerTensor } from "../network/onnx/tensor.ts";
import { channelMean, moments, momentVector } from "./moments.ts";

/** Names of the moments of one batch norm, as `JointStatistics` has them, and what the graph says of them. */
export function jointOutputs(norm: BatchNorm) {
  const names = {
    mean: `${norm.node}::retune_mean`,
    variance: `${norm.node}::retune_variance`,
    wantedMean: `${norm.node}::retune_wanted_mean`,
    covariance: `${norm.node}::retune_covariance`,
  };
  const infos = Object.values(names).map(
    (name): OnnxValueInfo => ({ name, type: "float32", shape: [norm.channels] }),
  );
  return { ...names, infos };
}

const flatShape = "pcmlab::retune_flat";
const leastVariance = "pcmlab::retune_least";

/** Keeps a dead channel from becoming infinite; its covariance is zero as well. */
const least = 1e-30;

/** The constants that `batchNormLine` needs, once a model. */
export const jointTensors: readonly OnnxTensor[] = [
  integerTensor(flatShape, [3], [0, 0, -1]),
  floatTensor(leastVariance, [1], Float32Array.of(least)),
];

/** @param wanted name of the value that the batch norm gives in the digital network. */
export function batchNormLine(model: OnnxModel, node: OnnxNode, norm: BatchNorm, wanted: string): OnnxNode[] {
  const names = jointOutputs(norm);
  const inner = (part: string): string => `${names.mean}::${part}`;
  const [input = ""] = node.inputs;
  const { nodes, difference, variance } = moments(model, input, flatShape, names);
  return [
    ...nodes,
    onnxNode("Reshape", [wanted, flatShape], [inner("wanted")]),
    channelMean(model, inner("wanted"), inner("wantedKept")),
    onnxNode("Mul", [difference, inner("wanted")], [inner("products")]),
    channelMean(model, inner("products"), inner("covarianceKept")),
    onnxNode("Max", [variance, leastVariance], [inner("bounded")]),
    onnxNode("Div", [inner("covarianceKept"), inner("bounded")], [inner("slope")]),
    onnxNode("Mul", [difference, inner("slope")], [inner("sloped")]),
    onnxNode("Add", [inner("sloped"), inner("wantedKept")], [inner("line")]),
    onnxNode("Shape", [input], [inner("size")]),
    onnxNode("Reshape", [inner("line"), inner("size")], [node.outputs[0] ?? ""]),
    onnxNode("Reshape", [inner("wantedKept"), momentVector], [names.wantedMean]),
    onnxNode("Reshape", [inner("covarianceKept"), momentVector], [names.covariance]),
  ];
}
