/**
 * The value of a node whose inputs are all constant, as far as exporters put such nodes before weights, biases and statistics: other
 * orders of axes and other shapes of the same values, conversions, and arithmetic. What is left out ONNX Runtime computes.
 */

import { LabError } from "../core/errors.ts";
import { intOf, intsOf } from "./attributes.ts";
import type { OnnxNode, OnnxTensor } from "./onnx/model.ts";
import { elementBytes, elementCount, floatTensor, tensorIntegers, tensorValues } from "./onnx/tensor.ts";
import { nodeText } from "./operators.ts";

/** Undefined for other operators and element types. @throws LabError BAD_NETWORK for shapes that do not fit. */
export function constantOf(node: OnnxNode, inputs: readonly OnnxTensor[]): OnnxTensor | undefined {
  const [first, second] = inputs;
  if (first === undefined) return undefined;
  const name = node.outputs[0] ?? "";
  switch (node.opType) {
    case "Transpose":
      return { ...transposed(first, intsOf(node, "perm") ?? first.dims.map((_, k) => k).reverse()), name };
    case "Reshape":
      return second && reshaped(node, first, reshapeDims(node, first.dims, tensorIntegers(second)));
    case "Flatten":
      return reshaped(node, first, flattened(first.dims, intOf(node, "axis", 1)));
    case "Squeeze":
      return reshaped(node, first, squeezed(first.dims, axesOf(node, second)));
    case "Unsqueeze":
      return reshaped(node, first, unsqueezed(first.dims, axesOf(node, second) ?? []));
    case "Cast":
      return isFloat(first) && intOf(node, "to", 0) === floatCode
        ? floatTensor(name, first.dims, tensorValues(first))
        : undefined;
    case "Add":
    case "Sub":
    case "Mul":
    case "Div":
      return second && isFloat(first) && isFloat(second)
        ? combined(node, first, second, arithmetic[node.opType])
        : undefined;
    default:
      return undefined;
  }
}

/** TensorProto.DataType of float32. */
const floatCode = 1;

const isFloat = ({ type }: OnnxTensor): boolean => /^float/.test(type);

const arithmetic = {
  Add: (a: number, b: number): number => a + b,
  Sub: (a: number, b: number): number => a - b,
  Mul: (a: number, b: number): number => a * b,
  Div: (a: number, b: number): number => a / b,
};

/** Axis k of the result is axis `order[k]` of the tensor. */
function transposed(tensor: OnnxTensor, order: readonly number[]): OnnxTensor {
  const bytes = elementBytes(tensor.type);
  const strides = stridesOf(tensor.dims);
  const dims = order.map((axis) => tensor.dims[axis] ?? 1);
  const data = new Uint8Array(tensor.data.length);
  forEachIndex(dims, (index, at) => {
    const from = bytes * order.reduce((sum, axis, k) => sum + (index[k] ?? 0) * (strides[axis] ?? 0), 0);
    data.set(tensor.data.subarray(from, from + bytes), bytes * at);
  });
  return { ...tensor, dims, data };
}

function reshaped(node: OnnxNode, tensor: OnnxTensor, dims: readonly number[]): OnnxTensor {
  if (elementCount(dims) === elementCount(tensor.dims))
    return { ...tensor, name: node.outputs[0] ?? "", dims };
  throw new LabError(
    "BAD_NETWORK",
    `${nodeText(node)}: a constant of shape ${tensor.dims.join(" x ")} cannot become ${dims.join(" x ")}`,
    { next: "export the network again; the file contradicts itself" },
  );
}

/** 0 copies the dimension unless `allowzero` is set, -1 is what is left (ONNX, Reshape). */
function reshapeDims(node: OnnxNode, dims: readonly number[], wanted: readonly number[]): number[] {
  const copies = intOf(node, "allowzero", 0) === 0;
  const sizes = wanted.map((size, axis) => (size === 0 && copies ? (dims[axis] ?? 0) : size));
  const known = elementCount(sizes.filter((size) => size !== -1));
  return sizes.map((size) => (size === -1 ? elementCount(dims) / known : size));
}

function flattened(dims: readonly number[], axis: number): number[] {
  const at = axis < 0 ? axis + dims.length : axis;
  return [elementCount(dims.slice(0, at)), elementCount(dims.slice(at))];
}

/** An attribute before opset 13, an input since. */
const axesOf = (node: OnnxNode, input: OnnxTensor | undefined): readonly number[] | undefined =>
  input === undefined ? intsOf(node, "axes") : tensorIntegers(input);

function squeezed(dims: readonly number[], axes: readonly number[] | undefined): number[] {
  const gone = axes?.map((axis) => (axis < 0 ? axis + dims.length : axis));
  return dims.filter((size, axis) => (gone === undefined ? size !== 1 : !gone.includes(axis)));
}

function unsqueezed(dims: readonly number[], axes: readonly number[]): number[] {
  const rank = dims.length + axes.length;
  const fresh = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const rest = [...dims];
  return Array.from({ length: rank }, (_, axis) => (fresh.has(axis) ? 1 : (rest.shift() ?? 1)));
}

/** With ONNX's broadcasting: shapes are aligned at their ends, and a size of 1 is repeated. */
function combined(
  node: OnnxNode,
  a: OnnxTensor,
  b: OnnxTensor,
  apply: (a: number, b: number) => number,
): OnnxTensor {
  const rank = Math.max(a.dims.length, b.dims.length);
  const [left, right] = [padded(a.dims, rank), padded(b.dims, rank)];
  const dims = left.map((size, axis) => {
    const other = right[axis] ?? 1;
    if (size === other || size === 1 || other === 1) return size === 1 ? other : size;
    throw new LabError(
      "BAD_NETWORK",
      `${nodeText(node)}: constants of shapes ${a.dims.join(" x ")} and ${b.dims.join(" x ")} do not fit`,
      { next: "export the network again; the file contradicts itself" },
    );
  });
  const [aValues, bValues] = [tensorValues(a), tensorValues(b)];
  const [aStrides, bStrides] = [broadcastStrides(left), broadcastStrides(right)];
  const values = new Float32Array(elementCount(dims));
  forEachIndex(dims, (index, at) => {
    const [i, j] = [offset(index, aStrides), offset(index, bStrides)];
    values[at] = apply(aValues[i] ?? 0, bValues[j] ?? 0);
  });
  return floatTensor(node.outputs[0] ?? "", dims, values);
}

const padded = (dims: readonly number[], rank: number): number[] => [
  ...new Array<number>(rank - dims.length).fill(1),
  ...dims,
];

const stridesOf = (dims: readonly number[]): number[] =>
  dims.map((_, axis) => elementCount(dims.slice(axis + 1)));

/** Of an axis of size 1, which is repeated, 0. */
const broadcastStrides = (dims: readonly number[]): number[] =>
  stridesOf(dims).map((stride, axis) => (dims[axis] === 1 ? 0 : stride));

const offset = (index: readonly number[], strides: readonly number[]): number =>
  index.reduce((sum, k, axis) => sum + k * (strides[axis] ?? 0), 0);

/** Every index of a shape in C order, with its place. */
function forEachIndex(
  dims: readonly number[],
  visit: (index: readonly number[], place: number) => void,
): void {
  const index = dims.map(() => 0);
  for (let place = 0; place < elementCount(dims); place++) {
    visit(index, place);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (dims[axis] ?? 1)) break;
      index[axis] = 0;
    }
  }
}
