/** Networks exported for a batch of one image are made to take any number of images. */

import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValueInfo } from "./onnx/model.ts";
import { integerTensor, tensorIntegers } from "./onnx/tensor.ts";

/**
 * The same graph with a symbolic first dimension of inputs and outputs. A Reshape to a constant shape that begins with the
 * old batch size copies that dimension from its input instead (0 in ONNX). Shape notes on inner values are dropped.
 */
export function withSymbolicBatch(graph: OnnxGraph): OnnxGraph {
  const batch = graph.inputs[0]?.shape?.[0];
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const added: OnnxTensor[] = [];
  const nodes = graph.nodes.map((node) => {
    const shape = typeof batch === "number" ? openedShape(node, batch, constants) : undefined;
    if (shape === undefined) return node;
    added.push(shape);
    // With allowzero, which newer exporters set, a 0 would mean an empty dimension.
    const attributes = node.attributes.filter(({ name }) => name !== "allowzero");
    return { ...node, inputs: [node.inputs[0] ?? "", shape.name], attributes };
  });
  return {
    ...graph,
    nodes,
    initializers: [...graph.initializers, ...added],
    inputs: graph.inputs.map(openBatch),
    outputs: graph.outputs.map(openBatch),
    valueInfo: [],
  };
}

const openBatch = (info: OnnxValueInfo): OnnxValueInfo =>
  info.shape === undefined || info.shape.length === 0
    ? info
    : { ...info, shape: ["batch", ...info.shape.slice(1)] };

function openedShape(
  node: OnnxNode,
  batch: number,
  constants: ReadonlyMap<string, OnnxTensor>,
): OnnxTensor | undefined {
  const shape = constants.get(node.inputs[1] ?? "");
  const reshapesData = node.opType === "Reshape" && !constants.has(node.inputs[0] ?? "");
  if (!reshapesData || shape === undefined) return undefined;
  const [first, ...rest] = tensorIntegers(shape);
  if (first !== batch) return undefined;
  return integerTensor(`${node.outputs[0]}::shape`, shape.dims, [0, ...rest]);
}
