/**
 * Products that ONNX Runtime leaves to an array: a node of a domain of our own stands for one, and whoever runs the graph cuts it
 * there (stages.ts) and asks an engine (session.ts).
 */

import type { OnnxNode } from "../network/onnx/model.ts";
import type { LayerProduct } from "./graph.ts";

const domain = "pcmlab";
const operator = "ArrayProduct";
const layerAttribute = "layer";

/** Leaves the product of a layer to the engine of the session. */
export const arrayProduct: LayerProduct = {
  nodes: ({ layer, node, input, output, prefix }) => ({
    nodes: [
      {
        name: `${prefix}::array`,
        opType: operator,
        domain,
        inputs: [input],
        outputs: [output],
        // Strides, pads and dilations of a convolution.
        attributes: [...node.attributes, { name: layerAttribute, type: "string", value: layer.name }],
      },
    ],
    tensors: [],
  }),
};

export const isArrayProduct = (node: OnnxNode): boolean => node.domain === domain && node.opType === operator;

/** The name of the layer whose product the node is. */
export function layerOf(node: OnnxNode): string {
  const found = node.attributes.find(({ name }) => name === layerAttribute);
  if (found?.type !== "string") throw new TypeError(`node "${node.name}" names no layer`);
  return found.value;
}
