/** What is constant becomes initializers, so that every weight has one name and one tensor. */

import { LabError } from "../core/errors.ts";
import { constantOf } from "./constant-node.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from "./onnx/model.ts";
import { floatTensor, integerTensor } from "./onnx/tensor.ts";
import { nodeText } from "./operators.ts";

/**
 * The same graph without Constant nodes, without Identity nodes whose input is constant (PyTorch shares equal tensors so), and without
 * those whose value follows from constants (constant-node.ts). @throws LabError BAD_NETWORK.
 */
export function foldConstants(graph: OnnxGraph): OnnxGraph {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const aliases = new Map<string, string>();
  const nodes: OnnxNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => aliases.get(name) ?? name);
    const output = node.outputs[0] ?? "";
    const source = inputs[0] ?? "";
    if (node.opType === "Constant") constants.set(output, constantValue(node, output));
    else if (node.opType === "Identity" && constants.has(source)) aliases.set(output, source);
    else {
      const value = foldedValue({ ...node, inputs }, constants);
      if (value === undefined) nodes.push({ ...node, inputs });
      else constants.set(output, value);
    }
  }
  const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
  return { ...graph, nodes, inputs, initializers: [...constants.values()] };
}

/** Undefined when an input is not constant or the operator is not one that is folded. */
function foldedValue(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): OnnxTensor | undefined {
  const inputs = node.inputs.flatMap((name) => constants.get(name) ?? []);
  return node.outputs.length === 1 && inputs.length === node.inputs.length && inputs.length > 0
    ? constantOf(node, inputs)
    : undefined;
}

function constantValue(node: OnnxNode, name: string): OnnxTensor {
  const attribute = node.attributes[0];
  const tensor = attribute === undefined ? undefined : tensorOf(attribute, name);
  if (tensor !== undefined) return tensor;
  throw new LabError("BAD_NETWORK", `${nodeText(node)} is a constant without a numeric value`, {
    next: "export the network again with dense numeric constants",
  });
}

function tensorOf(attribute: OnnxAttribute, name: string): OnnxTensor | undefined {
  switch (attribute.type) {
    case "tensor":
      return { ...attribute.value, name };
    case "float":
      return floatTensor(name, [], [attribute.value]);
    case "floats":
      return floatTensor(name, [attribute.value.length], attribute.value);
    case "int":
      return integerTensor(name, [], [attribute.value]);
    case "ints":
      return integerTensor(name, [attribute.value.length], attribute.value);
    case "string":
    case "strings":
      return undefined;
  }
}
