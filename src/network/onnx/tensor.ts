/** Tensors of an ONNX file: element types, making one from numbers, taking the numbers out. */

import { LabError } from "../../core/errors.ts";
import type { ElementType, OnnxTensor } from "./model.ts";

interface ElementFacts {
  readonly type: ElementType;
  /** TensorProto.DataType. */
  readonly code: number;
  readonly bytes: number;
}

const elements: readonly ElementFacts[] = [
  { type: "float32", code: 1, bytes: 4 },
  { type: "uint8", code: 2, bytes: 1 },
  { type: "int8", code: 3, bytes: 1 },
  { type: "uint16", code: 4, bytes: 2 },
  { type: "int16", code: 5, bytes: 2 },
  { type: "int32", code: 6, bytes: 4 },
  { type: "int64", code: 7, bytes: 8 },
  { type: "bool", code: 9, bytes: 1 },
  { type: "float16", code: 10, bytes: 2 },
  { type: "float64", code: 11, bytes: 8 },
  { type: "uint32", code: 12, bytes: 4 },
  { type: "uint64", code: 13, bytes: 8 },
  { type: "bfloat16", code: 16, bytes: 2 },
];

const byCode = new Map(elements.map((facts) => [facts.code, facts]));
const byType = new Map(elements.map((facts) => [facts.type, facts]));

/** Undefined for types that no tensor of ours can have (strings, complex numbers, 4- and 8-bit floats). */
export const elementTypeOfCode = (code: number): ElementType | undefined => byCode.get(code)?.type;
export const elementCode = (type: ElementType): number => byType.get(type)?.code ?? 0;
export const elementBytes = (type: ElementType): number => byType.get(type)?.bytes ?? 0;
export const elementCount = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** A float32 tensor; `values` are in C order and copied. */
export function floatTensor(name: string, dims: readonly number[], values: ArrayLike<number>): OnnxTensor {
  assertCount(name, dims, values.length);
  const data = new Uint8Array(4 * values.length);
  const view = new DataView(data.buffer);
  for (let k = 0; k < values.length; k++) view.setFloat32(4 * k, values[k] ?? 0, true);
  return { name, dims: [...dims], type: "float32", data };
}

/** An int64 tensor, as shapes, axes and paddings are. */
export function integerTensor(name: string, dims: readonly number[], values: ArrayLike<number>): OnnxTensor {
  assertCount(name, dims, values.length);
  const data = new Uint8Array(8 * values.length);
  const view = new DataView(data.buffer);
  for (let k = 0; k < values.length; k++) view.setBigInt64(8 * k, BigInt(values[k] ?? 0), true);
  return { name, dims: [...dims], type: "int64", data };
}

/**
 * The values of a float32, float64 or float16 tensor as float32, in C order.
 * @throws LabError BAD_NETWORK for other element types.
 */
export function tensorValues(tensor: OnnxTensor): Float32Array {
  const view = viewOf(tensor);
  const count = elementCount(tensor.dims);
  switch (tensor.type) {
    case "float32":
      return Float32Array.from({ length: count }, (_, k) => view.getFloat32(4 * k, true));
    case "float64":
      return Float32Array.from({ length: count }, (_, k) => view.getFloat64(8 * k, true));
    case "float16":
      return Float32Array.from({ length: count }, (_, k) => halfToNumber(view.getUint16(2 * k, true)));
    default:
      throw new LabError("BAD_NETWORK", `tensor "${tensor.name}" has ${tensor.type} values, not floats`, {
        next: "export the network with float32 weights",
      });
  }
}

/**
 * The values of an int64 or int32 tensor, clamped to the safe integers (2^63 - 1 is ONNX's "to the end").
 * @throws LabError BAD_NETWORK for other element types.
 */
export function tensorIntegers(tensor: OnnxTensor): number[] {
  const view = viewOf(tensor);
  const count = elementCount(tensor.dims);
  if (tensor.type === "int64") {
    return Array.from({ length: count }, (_, k) => safeInteger(view.getBigInt64(8 * k, true)));
  }
  if (tensor.type === "int32") return Array.from({ length: count }, (_, k) => view.getInt32(4 * k, true));
  throw new LabError("BAD_NETWORK", `tensor "${tensor.name}" has ${tensor.type} values, not integers`);
}

const viewOf = ({ data }: OnnxTensor): DataView =>
  new DataView(data.buffer, data.byteOffset, data.byteLength);

const safeInteger = (value: bigint): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function assertCount(name: string, dims: readonly number[], count: number): void {
  if (count === elementCount(dims)) return;
  throw new TypeError(`tensor "${name}" of shape ${dims.join(" x ")} was given ${count} values`);
}
