/**
 * im2col as index arithmetic: where in a padded example the inputs of each row of the weight matrix lie, and from where on for each
 * position of the output. A product of matrices is the case of one position. Pure.
 */

import { LabError } from "../../core/errors.ts";
import { intsOf } from "../../network/attributes.ts";
import type { AnalogLayer } from "../../network/layer.ts";
import type { OnnxNode } from "../../network/onnx/model.ts";
import { nodeText } from "../../network/operators.ts";

export interface Patches {
  /** Elements of one padded example. */
  readonly paddedLength: number;
  /** Where in the padded example each element of the example is. */
  readonly places: Int32Array;
  /** Where the patch of each position of the output begins. */
  readonly starts: Int32Array;
  /** Where the input of each row of the weights is, from the beginning of the patch; the row of a bias has none. */
  readonly offsets: Int32Array;
  readonly examples: number;
  /** Of the node's output; its elements are examples x columns x positions. */
  readonly outputDims: readonly number[];
}

/**
 * @param node with the attributes of the layer's node. @param dims of its input.
 * @throws LabError BAD_NETWORK when the input does not fit the layer, or for a padding that takes away.
 */
export function patchesOf(layer: AnalogLayer, node: OnnxNode, dims: readonly number[]): Patches {
  const bodyRows = layer.biasInArray ? layer.rows - 1 : layer.rows;
  const patches = layer.kind === "conv" ? ofConvolution(layer, node, dims) : ofMatrices(layer, dims);
  const fits = patches.offsets.length === bodyRows && patches.outputDims.every((size) => size >= 0);
  if (fits && patches.places.length > 0) return patches;
  throw new LabError(
    "BAD_NETWORK",
    `layer "${layer.name}" of ${bodyRows} inputs gets values of shape ${dims.join(" x ")}`,
    { next: "check the network with onnx.checker.check_model" },
  );
}

/** The last dimension is that of the rows; all before it count vectors. */
function ofMatrices({ columns }: AnalogLayer, dims: readonly number[]): Patches {
  const rows = dims.at(-1) ?? 0;
  const all = grid([rows], [1]);
  return {
    paddedLength: rows,
    places: all,
    starts: new Int32Array(1),
    offsets: all,
    examples: productOf(dims.slice(0, -1)),
    outputDims: [...dims.slice(0, -1), columns],
  };
}

function ofConvolution(layer: AnalogLayer, node: OnnxNode, dims: readonly number[]): Patches {
  const [examples = 0, channels = 0, ...sizes] = dims;
  const axes = axesOf(layer, node, sizes);
  const padded = axes.map(({ size, before, after }) => size + before + after);
  const steps = stridesOf(padded);
  const plane = productOf(padded);
  const first = axes.reduce((sum, { before }, axis) => sum + before * steps[axis]!, 0);
  const along = (of: (axis: Axis) => number): number[] => axes.map((axis, k) => of(axis) * steps[k]!);
  return {
    paddedLength: channels * plane,
    places: grid([channels, ...sizes], [plane, ...steps]).map((place) => place + first),
    starts: grid(
      axes.map(({ outputs }) => outputs),
      along(({ stride }) => stride),
    ),
    offsets: grid(
      [channels, ...axes.map(({ kernel }) => kernel)],
      [plane, ...along(({ dilation }) => dilation)],
    ),
    examples,
    outputDims: [examples, layer.columns, ...axes.map(({ outputs }) => outputs)],
  };
}

/** A spatial dimension of a convolution. */
interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly outputs: number;
}

function axesOf({ weightDims }: AnalogLayer, node: OnnxNode, sizes: readonly number[]): Axis[] {
  const [strides, dilations, pads] = ["strides", "dilations", "pads"].map((name) => intsOf(node, name));
  if (pads?.some((pad) => pad < 0) === true)
    throw new LabError("BAD_NETWORK", `${nodeText(node)} has the pads ${pads.join(", ")}`, {
      next: "export the network with Slice or Crop instead of negative pads",
    });
  return sizes.map((size, axis) => {
    const kernel = weightDims[axis + 2] ?? 1;
    const stride = strides?.[axis] ?? 1;
    const dilation = dilations?.[axis] ?? 1;
    const extent = (kernel - 1) * dilation + 1;
    const explicit = [pads?.[axis] ?? 0, pads?.[axis + sizes.length] ?? 0] as const;
    const [before, after] = automaticPads(node, size, stride, extent) ?? explicit;
    const outputs = Math.floor((size + before + after - extent) / stride) + 1;
    return { size, kernel, stride, dilation, before, after, outputs };
  });
}

/** ONNX, Conv, auto_pad: SAME gives ceil(size / stride) outputs, an odd pad going to the end or to the beginning. */
function automaticPads(
  { attributes }: OnnxNode,
  size: number,
  stride: number,
  extent: number,
): readonly [number, number] | undefined {
  const mode = attributes.find(({ name }) => name === "auto_pad");
  if (mode?.type !== "string" || mode.value === "NOTSET" || mode.value === "") return undefined;
  if (mode.value === "VALID") return [0, 0];
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size);
  const less = Math.floor(total / 2);
  return mode.value === "SAME_LOWER" ? [total - less, less] : [less, total - less];
}

const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/** Of dimensions in C order. */
const stridesOf = (sizes: readonly number[]): number[] =>
  sizes.map((_, axis) => productOf(sizes.slice(axis + 1)));

/** The sum of index x step over all dimensions, for all indices in C order. */
function grid(sizes: readonly number[], steps: readonly number[]): Int32Array {
  const count = productOf(sizes.map((size) => Math.max(0, size)));
  const strides = stridesOf(sizes);
  return Int32Array.from({ length: count }, (_, n) =>
    sizes.reduce((sum, size, axis) => sum + (Math.floor(n / strides[axis]!) % size) * steps[axis]!, 0),
  );
}
