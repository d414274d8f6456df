/** From decoded ONNX messages to plain values, refusing by name what this program does not handle. */

import { LabError } from "../../core/errors.ts";
import type { OnnxAttribute, OnnxDimension, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "./model.ts";
import { elementTypeOfCode } from "./tensor.ts";
import { tensorFromWire } from "./tensor-wire.ts";
import type { WireAttribute, WireGraph, WireNode, WireValueInfo, wireModel } from "./wire.ts";

export function modelFromWire(wire: ReturnType<typeof wireModel.parse>): OnnxModel {
  refuse(wire.trainingInfo, "training information");
  refuse(wire.functions, "model-local functions");
  refuse(wire.configuration, "multi-device configurations");
  if (wire.graph === undefined || wire.opsetImport.length === 0) {
    throw new LabError(
      "BAD_NETWORK",
      "the file is damaged or not an ONNX model: it has no graph or no opset",
      {
        next: "export the network again with torch.onnx.export",
      },
    );
  }
  return {
    irVersion: Number(wire.irVersion),
    opsets: wire.opsetImport.map(({ domain, version }) => ({ domain, version: Number(version) })),
    producerName: wire.producerName,
    producerVersion: wire.producerVersion,
    metadata: wire.metadataProps,
    graph: graphFromWire(wire.graph),
  };
}

function graphFromWire(wire: WireGraph): OnnxGraph {
  refuse(wire.sparseInitializer, "sparse initializers");
  refuse(wire.quantizationAnnotation, "quantization annotations");
  return {
    name: wire.name,
    nodes: wire.node.map(nodeFromWire),
    initializers: wire.initializer.map(tensorFromWire),
    inputs: wire.input.map(valueInfoFromWire),
    outputs: wire.output.map(valueInfoFromWire),
    // Notes on inner values are hints; those that are no tensors would be refused where a node uses them.
    valueInfo: wire.valueInfo.filter((info) => info.type?.tensorType !== undefined).map(valueInfoFromWire),
  };
}

function nodeFromWire(wire: WireNode): OnnxNode {
  refuse(wire.deviceConfigurations, `device configurations of node "${wire.name}"`);
  return {
    name: wire.name,
    opType: wire.opType,
    domain: wire.domain === "ai.onnx" ? "" : wire.domain,
    inputs: wire.input,
    outputs: wire.output,
    attributes: wire.attribute.map((attribute) => attributeFromWire(attribute, wire)),
  };
}

/** The cases are AttributeProto.AttributeType. */
function attributeFromWire(wire: WireAttribute, node: WireNode): OnnxAttribute {
  const { name } = wire;
  switch (wire.type) {
    case 1:
      return { name, type: "float", value: wire.f };
    case 2:
      return { name, type: "int", value: Number(wire.i) };
    case 3:
      return { name, type: "string", value: utf8(wire.s ?? new Uint8Array()) };
    case 4:
      if (wire.t === undefined) break;
      return { name, type: "tensor", value: tensorFromWire(wire.t) };
    case 6:
      return { name, type: "floats", value: wire.floats };
    case 7:
      return { name, type: "ints", value: wire.ints.map(Number) };
    case 8:
      return { name, type: "strings", value: wire.strings.map(utf8) };
  }
  throw unsupportedAttribute(wire, node);
}

function unsupportedAttribute(wire: WireAttribute, node: WireNode): LabError {
  const kinds: Readonly<Record<number, string>> = {
    5: "a subgraph (control flow)",
    9: "a list of tensors",
    10: "subgraphs (control flow)",
    11: "a sparse tensor",
    12: "sparse tensors",
    13: "a type",
    14: "types",
  };
  const kind = kinds[wire.type] ?? `a value of unknown type ${wire.type}`;
  return new LabError(
    "UNSUPPORTED_OPERATOR",
    `node "${node.name}" (${node.opType}): attribute "${wire.name}" is ${kind}, which cannot be run`,
    { next: "export the network without loops, branches and sparse tensors (torch.jit.trace does that)" },
  );
}

function valueInfoFromWire(wire: WireValueInfo): OnnxValueInfo {
  const tensor = wire.type?.tensorType;
  const type = tensor === undefined ? undefined : elementTypeOfCode(tensor.elemType);
  if (tensor === undefined || type === undefined) {
    throw new LabError("BAD_NETWORK", `value "${wire.name}" is not a tensor of numbers`, {
      next: "export a network whose inputs and outputs are tensors",
    });
  }
  return { name: wire.name, type, shape: tensor.shape?.dim.map(dimensionFromWire) };
}

const dimensionFromWire = (dim: { dimValue?: bigint | undefined; dimParam: string }): OnnxDimension =>
  dim.dimValue === undefined ? dim.dimParam : Number(dim.dimValue);

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function refuse(found: readonly unknown[], what: string): void {
  if (found.length === 0) return;
  throw new LabError("BAD_NETWORK", `the network file has ${what}, which this program does not read`, {
    next: "export the network as a plain inference graph with dense weights",
  });
}
