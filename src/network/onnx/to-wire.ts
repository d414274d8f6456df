/** From plain values to the objects that protobufjs encodes. */

import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from "./model.ts";
import { elementCode } from "./tensor.ts";

export const modelToWire = (model: OnnxModel) => ({
  irVersion: model.irVersion,
  producerName: model.producerName,
  producerVersion: model.producerVersion,
  opsetImport: [...model.opsets],
  metadataProps: [...model.metadata],
  graph: graphToWire(model.graph),
});

const graphToWire = (graph: OnnxGraph) => ({
  name: graph.name,
  node: graph.nodes.map(nodeToWire),
  initializer: graph.initializers.map(tensorToWire),
  input: graph.inputs.map(valueInfoToWire),
  output: graph.outputs.map(valueInfoToWire),
  valueInfo: graph.valueInfo.map(valueInfoToWire),
});

const nodeToWire = (node: OnnxNode) => ({
  input: [...node.inputs],
  output: [...node.outputs],
  name: node.name,
  opType: node.opType,
  domain: node.domain,
  attribute: node.attributes.map(attributeToWire),
});

const tensorToWire = (tensor: OnnxTensor) => ({
  dims: [...tensor.dims],
  dataType: elementCode(tensor.type),
  name: tensor.name,
  rawData: tensor.data,
});

/** The type numbers are AttributeProto.AttributeType. */
function attributeToWire(attribute: OnnxAttribute): Record<string, unknown> {
  const { name, value } = attribute;
  switch (attribute.type) {
    case "float":
      return { name, type: 1, f: value };
    case "int":
      return { name, type: 2, i: value };
    case "string":
      return { name, type: 3, s: utf8(attribute.value) };
    case "tensor":
      return { name, type: 4, t: tensorToWire(attribute.value) };
    case "floats":
      return { name, type: 6, floats: value };
    case "ints":
      return { name, type: 7, ints: value };
    case "strings":
      return { name, type: 8, strings: attribute.value.map(utf8) };
  }
}

const valueInfoToWire = (info: OnnxValueInfo) => ({
  name: info.name,
  type: {
    tensorType: {
      elemType: elementCode(info.type),
      ...(info.shape === undefined ? {} : { shape: { dim: info.shape.map(dimensionToWire) } }),
    },
  },
});

const dimensionToWire = (dim: number | string) =>
  typeof dim === "number" ? { dimValue: dim } : { dimParam: dim };

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
