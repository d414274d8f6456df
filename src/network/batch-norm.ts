/** The BatchNormalization nodes of a graph with their stored statistics. */

import { LabError } from "../core/errors.ts";
import type { Constants } from "./analog.ts";
import { intOf } from "./attributes.ts";
import type { BatchNorm } from "./layer.ts";
import type { OnnxNode } from "./onnx/model.ts";
import { tensorValues } from "./onnx/tensor.ts";
import { nodeText } from "./operators.ts";

/** @throws LabError BAD_NETWORK when the node was exported in training mode or its statistics are not constant and sane. */
export function batchNormOf(node: OnnxNode, index: number, constants: Constants): BatchNorm | undefined {
  if (node.opType !== "BatchNormalization") return undefined;
  if (intOf(node, "training_mode", 0) !== 0 || node.outputs.length > 1) {
    throw new LabError("BAD_NETWORK", `${nodeText(node)} was exported in training mode`, {
      next: "call model.eval() before torch.onnx.export",
    });
  }
  const mean = parameter(node, 3, constants);
  const variance = parameter(node, 4, constants);
  const bad = mean.findIndex((value, k) => !Number.isFinite(value) || !((variance[k] ?? -1) >= 0));
  if (bad >= 0 || mean.length !== variance.length) {
    const text = `channel ${bad} has mean ${mean[bad]} and variance ${variance[bad]}`;
    throw new LabError("BAD_NETWORK", `${nodeText(node)}: ${text}`, {
      next: "the stored statistics are damaged; export the network again",
    });
  }
  return { name: batchNormName(node, index), node: index, channels: mean.length, mean, variance };
}

function parameter(node: OnnxNode, input: number, constants: Constants): Float32Array {
  const name = node.inputs[input] ?? "";
  const tensor = constants.get(name);
  if (tensor !== undefined) return tensorValues(tensor);
  throw new LabError("BAD_NETWORK", `${nodeText(node)}: statistic "${name}" is not constant`, {
    next: "export the network with model.eval() and training=TrainingMode.EVAL",
  });
}

function batchNormName(node: OnnxNode, index: number): string {
  const mean = node.inputs[3] ?? "";
  if (mean.endsWith(".running_mean")) return mean.slice(0, -".running_mean".length);
  return node.name === "" ? `BatchNormalization.${index}` : node.name;
}
