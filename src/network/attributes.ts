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
