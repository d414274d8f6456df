/** Which ONNX operators a network may use. All of them run digitally in ONNX Runtime; Conv, Gemm and MatMul may run on the array. */

import { LabError } from "../core/errors.ts";
import type { OnnxNode, OnnxOpset } from "./onnx/model.ts";

export const supportedOperators: readonly string[] = [
  "Add",
  "AveragePool",
  "BatchNormalization",
  "Clip",
  "Concat",
  "Constant",
  "Conv",
  "Div",
  "Dropout",
  "Elu",
  "Flatten",
  "Gemm",
  "GlobalAveragePool",
  "GlobalMaxPool",
  "HardSigmoid",
  "HardSwish",
  "Identity",
  "LeakyRelu",
  "LogSoftmax",
  "MatMul",
  "MaxPool",
  "Mul",
  "PRelu",
  "Pad",
  "ReduceMean",
  "Relu",
  "Reshape",
  "Sigmoid",
  "Softmax",
  "Squeeze",
  "Sub",
  "Tanh",
  "Transpose",
  "Unsqueeze",
];

/** BatchNormalization has had its present meaning since 9; ONNX Runtime says itself when an opset is too new for it. */
const oldestOpset = 9;

/** How messages call a node; exporters may leave the name empty. */
export const nodeText = (node: OnnxNode): string =>
  node.name === "" ? `the ${node.opType} node that makes "${node.outputs[0]}"` : `node "${node.name}"`;

/** @throws LabError UNSUPPORTED_OPERATOR naming the first node that is not on the list; BAD_NETWORK for an old opset. */
export function assertSupported(nodes: readonly OnnxNode[], opsets: readonly OnnxOpset[]): void {
  const version = opsets.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0;
  if (version < oldestOpset) {
    throw new LabError("BAD_NETWORK", `the network uses ONNX opset ${version}, older than ${oldestOpset}`, {
      next: "export it with opset_version=13 or newer",
    });
  }
  for (const node of nodes) assertNodeSupported(node);
}

function assertNodeSupported(node: OnnxNode): void {
  if (node.domain === "" && supportedOperators.includes(node.opType)) return;
  const operator = node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
  throw new LabError("UNSUPPORTED_OPERATOR", `${nodeText(node)} uses operator ${operator}`, {
    next: `export the network for inference with these operators only: ${supportedOperators.join(", ")}`,
  });
}
