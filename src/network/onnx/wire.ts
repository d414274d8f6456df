/**
 * The ONNX messages as they are on the wire: field numbers for protobufjs and the shapes that decoding gives.
 * Parts that this program does not handle are declared as bytes, so that their presence is seen and refused by name.
 * Source: onnx.proto of ONNX IR version 10 (proto2; numeric tensor fields packed, attribute lists not).
 */

import protobuf from "protobufjs/light.js";
import { z } from "zod";

type Rule = "repeated" | "packed";

const field = (id: number, type: string, rule?: Rule): protobuf.IField => ({
  id,
  type,
  ...(rule === undefined ? {} : { rule: "repeated", options: { packed: rule === "packed" } }),
});
const message = (fields: Record<string, protobuf.IField>): protobuf.IType => ({ fields });

const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: message({
      irVersion: field(1, "int64"),
      producerName: field(2, "string"),
      producerVersion: field(3, "string"),
      domain: field(4, "string"),
      modelVersion: field(5, "int64"),
      docString: field(6, "string"),
      graph: field(7, "GraphProto"),
      opsetImport: field(8, "OperatorSetIdProto", "repeated"),
      metadataProps: field(14, "StringStringEntryProto", "repeated"),
      trainingInfo: field(20, "bytes", "repeated"),
      functions: field(25, "bytes", "repeated"),
      configuration: field(26, "bytes", "repeated"),
    }),
    OperatorSetIdProto: message({ domain: field(1, "string"), version: field(2, "int64") }),
    StringStringEntryProto: message({ key: field(1, "string"), value: field(2, "string") }),
    GraphProto: message({
      node: field(1, "NodeProto", "repeated"),
      name: field(2, "string"),
      initializer: field(5, "TensorProto", "repeated"),
      docString: field(10, "string"),
      input: field(11, "ValueInfoProto", "repeated"),
      output: field(12, "ValueInfoProto", "repeated"),
      valueInfo: field(13, "ValueInfoProto", "repeated"),
      quantizationAnnotation: field(14, "bytes", "repeated"),
      sparseInitializer: field(15, "bytes", "repeated"),
      metadataProps: field(16, "StringStringEntryProto", "repeated"),
    }),
    NodeProto: message({
      input: field(1, "string", "repeated"),
      output: field(2, "string", "repeated"),
      name: field(3, "string"),
      opType: field(4, "string"),
      attribute: field(5, "AttributeProto", "repeated"),
      docString: field(6, "string"),
      domain: field(7, "string"),
      overload: field(8, "string"),
      metadataProps: field(9, "StringStringEntryProto", "repeated"),
      deviceConfigurations: field(10, "bytes", "repeated"),
    }),
    AttributeProto: message({
      name: field(1, "string"),
      f: field(2, "float"),
      i: field(3, "int64"),
      s: field(4, "bytes"),
      t: field(5, "TensorProto"),
      g: field(6, "bytes"),
      floats: field(7, "float", "repeated"),
      ints: field(8, "int64", "repeated"),
      strings: field(9, "bytes", "repeated"),
      tensors: field(10, "bytes", "repeated"),
      graphs: field(11, "bytes", "repeated"),
      docString: field(13, "string"),
      tp: field(14, "bytes"),
      typeProtos: field(15, "bytes", "repeated"),
      type: field(20, "int32"),
      refAttrName: field(21, "string"),
      sparseTensor: field(22, "bytes"),
      sparseTensors: field(23, "bytes", "repeated"),
    }),
    TensorProto: message({
      dims: field(1, "int64", "repeated"),
      dataType: field(2, "int32"),
      segment: field(3, "bytes"),
      floatData: field(4, "float", "packed"),
      int32Data: field(5, "int32", "packed"),
      stringData: field(6, "bytes", "repeated"),
      int64Data: field(7, "int64", "packed"),
      name: field(8, "string"),
      rawData: field(9, "bytes"),
      doubleData: field(10, "double", "packed"),
      uint64Data: field(11, "uint64", "packed"),
      docString: field(12, "string"),
      externalData: field(13, "StringStringEntryProto", "repeated"),
      dataLocation: field(14, "int32"),
      metadataProps: field(16, "StringStringEntryProto", "repeated"),
    }),
    ValueInfoProto: message({
      name: field(1, "string"),
      type: field(2, "TypeProto"),
      docString: field(3, "string"),
      metadataProps: field(4, "StringStringEntryProto", "repeated"),
    }),
    TypeProto: message({
      tensorType: field(1, "TensorTypeProto"),
      sequenceType: field(4, "bytes"),
      mapType: field(5, "bytes"),
      denotation: field(6, "string"),
      opaqueType: field(7, "bytes"),
      sparseTensorType: field(8, "bytes"),
      optionalType: field(9, "bytes"),
    }),
    TensorTypeProto: message({ elemType: field(1, "int32"), shape: field(2, "TensorShapeProto") }),
    TensorShapeProto: message({ dim: field(1, "DimensionProto", "repeated") }),
    DimensionProto: message({
      dimValue: field(1, "int64"),
      dimParam: field(2, "string"),
      denotation: field(3, "string"),
    }),
  },
});

/** The protobufjs codec of a whole model. */
export const modelMessage = root.lookupType("ModelProto");

const bytes = z.instanceof(Uint8Array);
const text = z.string().default("");
const list = <T extends z.ZodType>(item: T) => z.array(item).default([]);
const present = z.unknown().optional();
const entry = z.object({ key: text, value: text });

export const wireTensor = z.object({
  dims: list(z.bigint()),
  dataType: z.number().default(0),
  segment: present,
  floatData: list(z.number()),
  int32Data: list(z.number()),
  stringData: list(bytes),
  int64Data: list(z.bigint()),
  name: text,
  rawData: bytes.optional(),
  doubleData: list(z.number()),
  uint64Data: list(z.bigint()),
  externalData: list(entry),
  dataLocation: z.number().default(0),
});

export const wireAttribute = z.object({
  name: text,
  type: z.number().default(0),
  f: z.number().default(0),
  i: z.bigint().default(0n),
  s: bytes.optional(),
  t: wireTensor.optional(),
  floats: list(z.number()),
  ints: list(z.bigint()),
  strings: list(bytes),
  refAttrName: text,
});

export const wireNode = z.object({
  input: list(z.string()),
  output: list(z.string()),
  name: text,
  opType: text,
  domain: text,
  overload: text,
  attribute: list(wireAttribute),
  deviceConfigurations: list(bytes),
});

const wireDimension = z.object({ dimValue: z.bigint().optional(), dimParam: text });
const wireTensorType = z.object({
  elemType: z.number().default(0),
  shape: z.object({ dim: list(wireDimension) }).optional(),
});

export const wireValueInfo = z.object({
  name: text,
  type: z.object({ tensorType: wireTensorType.optional() }).optional(),
});

export const wireGraph = z.object({
  name: text,
  node: list(wireNode),
  initializer: list(wireTensor),
  input: list(wireValueInfo),
  output: list(wireValueInfo),
  valueInfo: list(wireValueInfo),
  quantizationAnnotation: list(bytes),
  sparseInitializer: list(bytes),
});

export const wireModel = z.object({
  irVersion: z.bigint().default(0n),
  opsetImport: list(z.object({ domain: text, version: z.bigint().default(0n) })),
  producerName: text,
  producerVersion: text,
  metadataProps: list(entry),
  trainingInfo: list(bytes),
  functions: list(bytes),
  configuration: list(bytes),
  graph: wireGraph.optional(),
});

export type WireTensor = z.infer<typeof wireTensor>;
export type WireAttribute = z.infer<typeof wireAttribute>;
export type WireNode = z.infer<typeof wireNode>;
export type WireValueInfo = z.infer<typeof wireValueInfo>;
export type WireGraph = z.infer<typeof wireGraph>;
