/** Nodes that compute mean and biased variance of each channel of a value over all its other dimensions. */

import {
  intAttribute,
  intsAttribute,
  type OnnxModel,
  type OnnxNode,
  onnxNode,
} from "../network/onnx/model.ts";
import { integerTensor } from "../network/onnx/tensor.ts";

export const momentVector = "pcmlab::vector";
const momentAxes = "pcmlab::axes";
const imageAxes = "pcmlab::image_axes";

/** Where the parts of the computation are found; shapes as of three dimensions with the channel in the middle. */
export interface Moments {
  readonly nodes: readonly OnnxNode[];
  /** The value less the mean of its channel. */
  readonly difference: string;
  /** 1 x channels x 1. */
  readonly variance: string;
}

/** ReduceMean takes its axes as an input since opset 18. */
const axesAsInput = (model: OnnxModel): boolean =>
  (model.opsets.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0) >= 18;

/** The mean of each channel of a value with the channel in the middle; 1 x channels x 1. */
export const channelMean = (model: OnnxModel, from: string, to: string): OnnxNode =>
  onnxNode("ReduceMean", axesAsInput(model) ? [from, momentAxes] : [from], [to], {
    attributes: [intAttribute("keepdims", 1), ...(axesAsInput(model) ? [] : [intsAttribute("axes", [0, 2])])],
  });

/** The mean of each channel over images of one value each (images x channels x 1 x 1), as a vector. */
export const meanOfImages = (model: OnnxModel, from: string, to: string): OnnxNode =>
  onnxNode("ReduceMean", axesAsInput(model) ? [from, imageAxes] : [from], [to], {
    attributes: [
      intAttribute("keepdims", 0),
      ...(axesAsInput(model) ? [] : [intsAttribute("axes", [0, 2, 3])]),
    ],
  });

/** The constants that `meanOfImages` needs, once a model. */
export const imageMeanTensors = (model: OnnxModel) =>
  axesAsInput(model) ? [integerTensor(imageAxes, [3], [0, 2, 3])] : [];

/**
 * @param flatShape name of a constant shape that makes three dimensions of the value, the channel in the middle.
 * @param outputs names of the mean and the variance, one value for each channel.
 *
 * The variance is the mean of squared differences: two passes, and safe where a mean is large against its spread.
 */
export function moments(
  model: OnnxModel,
  input: string,
  flatShape: string,
  outputs: { readonly mean: string; readonly variance: string },
): Moments {
  const inner = (part: string): string => `${outputs.mean}::${part}`;
  const averaged = (from: string, to: string): OnnxNode => channelMean(model, from, to);
  const nodes = [
    onnxNode("Reshape", [input, flatShape], [inner("flat")]),
    averaged(inner("flat"), inner("kept")),
    onnxNode("Sub", [inner("flat"), inner("kept")], [inner("difference")]),
    onnxNode("Mul", [inner("difference"), inner("difference")], [inner("square")]),
    averaged(inner("square"), inner("variance")),
    onnxNode("Reshape", [inner("kept"), momentVector], [outputs.mean]),
    onnxNode("Reshape", [inner("variance"), momentVector], [outputs.variance]),
  ];
  return { nodes, difference: inner("difference"), variance: inner("variance") };
}

/** The constants that `moments` needs, once a model. */
export const momentTensors = (model: OnnxModel) => [
  integerTensor(momentVector, [1], [-1]),
  ...(axesAsInput(model) ? [integerTensor(momentAxes, [2], [0, 2])] : []),
];
