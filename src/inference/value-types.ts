/** Element types of the values of a graph, where they follow from its operators: those of parts of a graph have to be declared. */

import { intOf } from "../network/attributes.ts";
import type { ElementType, OnnxGraph, OnnxNode } from "../network/onnx/model.ts";
import { elementTypeOfCode } from "../network/onnx/tensor.ts";

/** Types by name: inputs, initializers and the outputs of all nodes. */
export function valueTypes(graph: OnnxGraph): ReadonlyMap<string, ElementType> {
  const types = new Map<string, ElementType>();
  for (const { name, type } of [...graph.initializers, ...graph.inputs]) types.set(name, type);
  for (const node of graph.nodes)
    for (const [output, name] of node.outputs.entries()) types.set(name, typeOf(node, output, types));
  return types;
}

const integers: readonly string[] = ["Shape", "Size", "ArgMax", "ArgMin"];
const truths: readonly string[] = "And Or Xor Not Equal Greater GreaterOrEqual Less LessOrEqual".split(" ");
/** The first input of these says nothing about the output. */
const likeInput: Readonly<Record<string, number>> = {
  Where: 1,
  CastLike: 1,
  OneHot: 2,
  QuantizeLinear: 2,
  DequantizeLinear: 1,
};
const indexOutputs: readonly string[] = ["TopK", "MaxPool"];

function typeOf(node: OnnxNode, output: number, types: ReadonlyMap<string, ElementType>): ElementType {
  const { opType, inputs } = node;
  if (integers.includes(opType) || (indexOutputs.includes(opType) && output === 1)) return "int64";
  if (truths.includes(opType)) return "bool";
  if (opType === "Cast") return elementTypeOfCode(intOf(node, "to", 1)) ?? "float32";
  if (opType === "ConstantOfShape") return constantType(node);
  return types.get(inputs[likeInput[opType] ?? 0] ?? "") ?? "float32";
}

function constantType({ attributes }: OnnxNode): ElementType {
  const value = attributes.find(({ name }) => name === "value");
  return value?.type === "tensor" ? value.value.type : "float32";
}
