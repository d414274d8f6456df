/** Which nodes become analog layers, with their weight matrices; and why the other products stay digital. */

import { LabError } from "../core/errors.ts";
import { floatOf, intOf } from "./attributes.ts";
import type { AnalogLayer, DigitalLayer, WeightLayout } from "./layer.ts";
import { matrixOf } from "./matrix.ts";
import type { OnnxNode, OnnxTensor } from "./onnx/model.ts";
import { tensorValues } from "./onnx/tensor.ts";
import { nodeText } from "./operators.ts";

export type BiasPlace = "array" | "digital";
export type Constants = ReadonlyMap<string, OnnxTensor>;

/** What a Conv, Gemm or MatMul node is: an analog layer, or a digital one with the reason. Other nodes are undefined. */
export type Product = { readonly analog: AnalogLayer } | { readonly digital: DigitalLayer };

/** @throws LabError BAD_NETWORK for weights that are not finite or do not fit the node. */
export function productOf(
  node: OnnxNode,
  index: number,
  constants: Constants,
  biasPlace: BiasPlace,
): Product | undefined {
  const kind = kinds[node.opType];
  if (kind === undefined) return undefined;
  const tensor = constants.get(node.inputs[1] ?? "");
  const name = layerName(node, index);
  const reason = whyDigital(node, tensor);
  if (tensor === undefined || reason !== undefined) return { digital: { name, reason: reason ?? "" } };
  return { analog: analogLayer({ node, index, name, kind, tensor, constants, biasPlace }) };
}

const kinds: Readonly<Record<string, AnalogLayer["kind"]>> = { Conv: "conv", Gemm: "gemm", MatMul: "matmul" };

function whyDigital(node: OnnxNode, tensor: OnnxTensor | undefined): string | undefined {
  if (tensor === undefined) return "its second operand is not constant";
  const groups = intOf(node, "group", 1);
  if (node.opType === "Conv" && groups !== 1) {
    return `a convolution in ${groups} groups would leave most of its rectangle of the array unused`;
  }
  if (node.opType === "Gemm" && intOf(node, "transA", 0) !== 0) return "its data operand is transposed";
  if (node.opType !== "Conv" && tensor.dims.length !== 2) return "its weights are not one matrix";
  return undefined;
}

interface Parts {
  readonly node: OnnxNode;
  readonly index: number;
  readonly name: string;
  readonly kind: AnalogLayer["kind"];
  readonly tensor: OnnxTensor;
  readonly constants: Constants;
  readonly biasPlace: BiasPlace;
}

function analogLayer({ node, index, name, kind, tensor, constants, biasPlace }: Parts): AnalogLayer {
  const layout = layoutOf(node);
  const columns = (layout === "columns-first" ? tensor.dims[0] : tensor.dims[1]) ?? 0;
  const values = scaled(tensorValues(tensor), kind === "gemm" ? floatOf(node, "alpha", 1) : 1);
  const bias = biasOf(node, columns, constants);
  const biasInArray = bias !== undefined && biasPlace === "array";
  const weights = matrixOf(values, columns, layout, biasInArray ? bias : undefined);
  const layer: AnalogLayer = {
    name,
    kind,
    rows: weights.length / columns,
    columns,
    weights,
    biasInArray,
    digitalBias: biasInArray ? undefined : bias,
    node: index,
    layout,
    weightDims: tensor.dims,
  };
  assertFinite(layer);
  return layer;
}

/** Conv weights are (cout, cin, kh, kw); Gemm with transB and no Gemm without it: (columns, rows) and (rows, columns). */
function layoutOf(node: OnnxNode): WeightLayout {
  if (node.opType === "Conv") return "columns-first";
  return node.opType === "Gemm" && intOf(node, "transB", 0) !== 0 ? "columns-first" : "rows-first";
}

/** One value for each column; Gemm's bias is multiplied by its beta and may be a single number. */
function biasOf(node: OnnxNode, columns: number, constants: Constants): Float32Array | undefined {
  const name = node.inputs[2] ?? "";
  if (name === "") return undefined;
  const tensor = constants.get(name);
  const values = tensor === undefined ? undefined : tensorValues(tensor);
  if (values === undefined || (values.length !== columns && values.length !== 1)) {
    throw new LabError("BAD_NETWORK", `${nodeText(node)}: bias "${name}" is not ${columns} constant values`, {
      next: "export the network with one constant bias for each output",
    });
  }
  const beta = node.opType === "Gemm" ? floatOf(node, "beta", 1) : 1;
  return Float32Array.from({ length: columns }, (_, column) => beta * (values[column] ?? values[0] ?? 0));
}

function assertFinite(layer: AnalogLayer): void {
  const bad = [
    ...badValue(layer.weights, layer.columns, "weight"),
    ...badValue(layer.digitalBias ?? [], layer.columns, "bias"),
  ];
  if (bad.length === 0 && layer.weights.length > 0) return;
  throw new LabError("BAD_NETWORK", `layer "${layer.name}": ${bad[0] ?? "the weight matrix is empty"}`, {
    next: "train the network again; a weight that is not a finite number has no conductance",
  });
}

function badValue(values: ArrayLike<number>, columns: number, what: string): string[] {
  const index = Array.prototype.findIndex.call(values, (value: number) => !Number.isFinite(value));
  if (index < 0) return [];
  return [`${what} of row ${Math.floor(index / columns)}, column ${index % columns} is ${values[index]}`];
}

const scaled = (values: Float32Array, factor: number): Float32Array =>
  factor === 1 ? values : values.map((value) => value * factor);

/** PyTorch calls the weights "layers.0.conv1.weight": that is the name people know the layer by. */
function layerName(node: OnnxNode, index: number): string {
  const weight = node.inputs[1] ?? "";
  if (weight.endsWith(".weight")) return weight.slice(0, -".weight".length);
  return node.name === "" ? `${node.opType}.${index}` : node.name;
}
