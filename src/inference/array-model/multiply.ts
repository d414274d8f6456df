/** The product of a layer with another matrix of its shape, by the layer's own node. */

import { intOf } from "../../network/attributes.ts";
import type { AnalogLayer } from "../../network/layer.ts";
import { tensorsOf } from "../../network/matrix.ts";
import { intAttribute, onnxNode } from "../../network/onnx/model.ts";
import { floatTensor, integerTensor } from "../../network/onnx/tensor.ts";
import type { ProductPlace, Rewired } from "../graph.ts";

export interface Factor {
  /** rows x columns of the layer, row by row; only `firstRow` to `firstRow + rows - 1` count. */
  readonly matrix: Float32Array;
  readonly firstRow: number;
  readonly rows: number;
  /** What the row of the bias is driven with, where the layer has one in the array. */
  readonly biasInput: number;
  /** Names of values. */
  readonly from: string;
  readonly to: string;
}

/** Nodes that compute `to` from `from`; of the input they take the channels that the rows need. */
export function multiplied(place: ProductPlace, factor: Factor): Rewired {
  const { layer, node } = place;
  const channels = channelsOf(place, factor);
  const part = layerPart(layer, channels);
  const weight = floatTensor(
    `${factor.to}::weight`,
    part.weightDims,
    tensorsOf(part, rowsOfPart(layer, factor, channels)).weight,
  );
  const bias = biasOf(layer, factor);
  const biasTensor = bias && floatTensor(`${factor.to}::bias`, [layer.columns], bias);
  const taken = channels.all ? undefined : takenChannels(layer, factor, channels);
  const inputs = [
    taken === undefined ? factor.from : taken.to,
    weight.name,
    ...(biasTensor ? [biasTensor.name] : []),
  ];
  return {
    nodes: [...(taken?.nodes ?? []), { ...node, name: factor.to, inputs, outputs: [factor.to] }],
    tensors: [...(taken?.tensors ?? []), weight, ...(biasTensor ? [biasTensor] : [])],
  };
}

/** Channels of the input (values of it, for a fully connected layer): the rows of the matrix in groups of `rowsEach`. */
interface Channels {
  readonly first: number;
  readonly count: number;
  readonly rowsEach: number;
  readonly all: boolean;
}

function channelsOf({ layer, node }: ProductPlace, { firstRow, rows }: Factor): Channels {
  const body = bodyRows(layer);
  const rowsEach = layer.kind === "conv" ? layer.weightDims.slice(2).reduce((a, b) => a * b, 1) : 1;
  const total = body / rowsEach;
  if (intOf(node, "group", 1) !== 1) return { first: 0, count: total, rowsEach, all: true };
  const first = Math.min(total - 1, Math.floor(firstRow / rowsEach));
  const end = Math.max(first + 1, Math.ceil(Math.min(body, firstRow + rows) / rowsEach));
  return { first, count: end - first, rowsEach, all: end - first === total };
}

const bodyRows = ({ rows, biasInArray }: AnalogLayer): number => (biasInArray ? rows - 1 : rows);

/** The layer as if it had these channels alone, and no bias. */
function layerPart(layer: AnalogLayer, { count, rowsEach, all }: Channels): AnalogLayer {
  const [a = 0, b = 0, ...kernel] = layer.weightDims;
  const dims = layer.layout === "columns-first" ? [a, count, ...kernel] : [count, b];
  const weightDims = all ? layer.weightDims : dims;
  return { ...layer, rows: count * rowsEach, weightDims, biasInArray: false };
}

/** Zero in the rows that do not count. */
function rowsOfPart(
  { columns, ...layer }: AnalogLayer,
  { matrix, firstRow, rows }: Factor,
  { first, count, rowsEach }: Channels,
): Float32Array {
  const part = new Float32Array(count * rowsEach * columns);
  const start = first * rowsEach;
  const from = Math.max(firstRow, start);
  const to = Math.min(firstRow + rows, start + count * rowsEach, bodyRows({ columns, ...layer }));
  if (to > from) part.set(matrix.subarray(from * columns, to * columns), (from - start) * columns);
  return part;
}

function biasOf(
  { columns, rows, biasInArray }: AnalogLayer,
  { matrix, firstRow, rows: count, biasInput }: Factor,
): Float32Array | undefined {
  if (!biasInArray || firstRow + count < rows) return undefined;
  return matrix.slice((rows - 1) * columns, rows * columns).map((value) => value * biasInput);
}

function takenChannels({ kind }: AnalogLayer, { from, to }: Factor, { first, count }: Channels) {
  const which = integerTensor(
    `${to}::channels`,
    [count],
    Array.from({ length: count }, (_, k) => first + k),
  );
  const name = `${to}::taken`;
  const axis = intAttribute("axis", kind === "conv" ? 1 : -1);
  return {
    nodes: [onnxNode("Gather", [from, which.name], [name], { attributes: [axis] })],
    tensors: [which],
    to: name,
  };
}
