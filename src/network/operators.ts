/** Which ONNX operators a network may use. All of them run digitally in ONNX Runtime; Conv, Gemm and MatMul may run on the array. */

import { LabError } from "../core/errors.ts";
import type { OnnxNode, OnnxOpset } from "./onnx/model.ts";

/**
 * Those of the standard (ONNX 1.16, opsets 9 to 21) that compute dense tensors from dense tensors, the same ones every time. What is left
 * out draws at random, carries a graph of its own, or works on sequences, texts or whole-network quantisation.
 */
export const supportedOperators: readonly string[] = `
  Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh
  AveragePool BatchNormalization Cast CastLike Ceil Celu Clip Concat Constant ConstantOfShape Conv
  ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Div Dropout Einsum Elu Equal
  Erf Exp Expand EyeLike Flatten Floor Gather GatherElements GatherND Gelu Gemm
  GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization
  LRN LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization LpPool MatMul Max
  MaxPool Mean Min Mish Mod Mul Neg Not OneHot Or PRelu
  Pad Pow QuantizeLinear Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean
  ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize Round ScatterElements ScatterND Selu
  Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign
  SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK
  Transpose Trilu Unsqueeze Upsample Where Xor
`
  .trim()
  .split(/\s+/);

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
    next: "export the network for inference, without random draws, control flow and operators of other domains",
  });
}
