/** ONNX models as plain values: what the codec reads and writes, and short builders for those who make models. */

export type ElementType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "bool";

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;
  /** Elements in C order, little-endian; its length is the product of dims times the bytes of one element. */
  readonly data: Uint8Array;
}

export type OnnxAttribute = { readonly name: string } & (
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "tensor"; readonly value: OnnxTensor }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "ints"; readonly value: readonly number[] }
  | { readonly type: "strings"; readonly value: readonly string[] }
);

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** Names of values; an empty name is an optional input that is not given. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
}

/** A dimension: a fixed size, or a symbol ("" when it has no name). */
export type OnnxDimension = number | string;

export interface OnnxValueInfo {
  readonly name: string;
  readonly type: ElementType;
  /** Undefined when the file gives no rank. */
  readonly shape: readonly OnnxDimension[] | undefined;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly valueInfo: readonly OnnxValueInfo[];
}

export interface OnnxOpset {
  /** "" is the standard ONNX domain. */
  readonly domain: string;
  readonly version: number;
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly opsets: readonly OnnxOpset[];
  readonly producerName: string;
  readonly producerVersion: string;
  readonly metadata: readonly OnnxMetadata[];
  readonly graph: OnnxGraph;
}

export interface OnnxMetadata {
  readonly key: string;
  readonly value: string;
}

/** A node of the standard domain; without a name it is called like its first output. */
export function onnxNode(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  options: { readonly name?: string; readonly attributes?: readonly OnnxAttribute[] } = {},
): OnnxNode {
  const name = options.name ?? outputs[0] ?? opType;
  return { name, opType, domain: "", inputs, outputs, attributes: options.attributes ?? [] };
}

export const intAttribute = (name: string, value: number): OnnxAttribute => ({ name, type: "int", value });
export const floatAttribute = (name: string, value: number): OnnxAttribute => ({
  name,
  type: "float",
  value,
});
export const intsAttribute = (name: string, value: readonly number[]): OnnxAttribute => ({
  name,
  type: "ints",
  value,
});

/** A model of the standard domain; opset 13 with IR version 7 runs in every ONNX Runtime since 1.6. */
export function onnxModel(
  graph: Omit<OnnxGraph, "valueInfo" | "name"> & { readonly name?: string },
  options: { readonly opset?: number; readonly producerName?: string } = {},
): OnnxModel {
  return {
    irVersion: 7,
    opsets: [{ domain: "", version: options.opset ?? 13 }],
    producerName: options.producerName ?? "pcmlab",
    producerVersion: "",
    metadata: [],
    graph: { name: "graph", valueInfo: [], ...graph },
  };
}
