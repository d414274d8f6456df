/** Attributes of a node with ONNX's defaults. */

import type { OnnxNode } from "./onnx/model.ts";

export function intOf(node: OnnxNode, name: string, otherwise: number): number {
  const found = node.attributes.find((attribute) => attribute.name === name);
  return found?.type === "int" ? found.value : otherwise;
}

export function floatOf(node: OnnxNode, name: string, otherwise: number): number {
  const found = node.attributes.find((attribute) => attribute.name === name);
  return found?.type === "float" ? found.value : otherwise;
}

/** Undefined when it is not given. */
export function intsOf(node: OnnxNode, name: string): readonly number[] | undefined {
  const found = node.attributes.find((attribute) => attribute.name === name);
  return found?.type === "ints" ? found.value : undefined;
}
