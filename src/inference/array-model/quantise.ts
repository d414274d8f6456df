/** A converter in the graph: values to the nearest of its codes, clipped at the largest of either sign, and back to values. */

import type { AnalogLayer } from "../../network/layer.ts";
import { intAttribute, type OnnxNode, type OnnxTensor, onnxNode } from "../../network/onnx/model.ts";
import { floatTensor } from "../../network/onnx/tensor.ts";
import type { Rewired } from "../graph.ts";
import { largestCode } from "./model.ts";

export interface Converter {
  readonly bits: number;
  /** The value of one code, and what it becomes; the latter may be one for each column of the layer. */
  readonly step: number;
  readonly meaning: number | Float32Array;
  /** Names of values. */
  readonly from: string;
  readonly to: string;
  /** Begins the names of what is added. */
  readonly prefix: string;
}

/** The code that a value gets; halves go to the even one, as ONNX rounds. */
export function codeOf(value: number, step: number, bits: number): number {
  const exact = value / step;
  const below = Math.floor(exact);
  const nearest = exact - below === 0.5 ? below + (below % 2 === 0 ? 0 : 1) : Math.round(exact);
  const largest = largestCode(bits);
  return Math.max(-largest, Math.min(largest, nearest));
}

/** Codes of 8 bits and fewer are int8 where the opset has per-axis scales (13): half the time of floats, most of which is memory. */
export const quantised = (opset: number, layer: AnalogLayer, converter: Converter): Rewired =>
  opset >= 13 && converter.bits <= 8 ? asInt8(layer, converter) : asFloats(opset, layer, converter);

function asInt8(layer: AnalogLayer, { bits, step, meaning, from, to, prefix }: Converter): Rewired {
  const inner = (part: string): string => `${prefix}::${part}`;
  const largest = largestCode(bits);
  const each = typeof meaning === "number" ? [] : [meaning.length];
  const zeros = typeof meaning === "number" ? [0] : Array.from(meaning, () => 0);
  const values = typeof meaning === "number" ? [meaning] : meaning;
  const axis = intAttribute("axis", layer.kind === "conv" ? 1 : -1);
  return {
    nodes: [
      onnxNode("QuantizeLinear", [from, inner("step"), inner("zero")], [inner("rounded")]),
      onnxNode("Clip", [inner("rounded"), inner("least"), inner("most")], [inner("codes")]),
      onnxNode("DequantizeLinear", [inner("codes"), inner("meaning"), inner("zeros")], [to], {
        attributes: typeof meaning === "number" ? [] : [axis],
      }),
    ],
    tensors: [
      floatTensor(inner("step"), [], [step]),
      int8Tensor(inner("zero"), [], [0]),
      int8Tensor(inner("least"), [], [-largest]),
      int8Tensor(inner("most"), [], [largest]),
      floatTensor(inner("meaning"), each, values),
      int8Tensor(inner("zeros"), each, zeros),
    ],
  };
}

const int8Tensor = (name: string, dims: readonly number[], values: readonly number[]): OnnxTensor => ({
  name,
  dims,
  type: "int8",
  data: new Uint8Array(Int8Array.from(values).buffer),
});

/** Only with operators that opset 9 has; Round came with 11, before it halves go up. */
function asFloats(opset: number, layer: AnalogLayer, converter: Converter): Rewired {
  const { bits, step, meaning, from, to, prefix } = converter;
  const inner = (part: string): string => `${prefix}::${part}`;
  const largest = largestCode(bits);
  const rounding: OnnxNode[] =
    opset >= 11
      ? [onnxNode("Round", [inner("scaled")], [inner("rounded")])]
      : [
          onnxNode("Add", [inner("scaled"), inner("half")], [inner("raised")]),
          onnxNode("Floor", [inner("raised")], [inner("rounded")]),
        ];
  return {
    nodes: [
      onnxNode("Div", [from, inner("step")], [inner("scaled")]),
      ...rounding,
      onnxNode("Min", [inner("rounded"), inner("most")], [inner("below")]),
      onnxNode("Max", [inner("below"), inner("least")], [inner("codes")]),
      onnxNode("Mul", [inner("codes"), inner("meaning")], [to]),
    ],
    tensors: [
      floatTensor(inner("step"), [], [step]),
      ...(opset >= 11 ? [] : [floatTensor(inner("half"), [], [0.5])]),
      floatTensor(inner("most"), [], [largest]),
      floatTensor(inner("least"), [], [-largest]),
      typeof meaning === "number"
        ? floatTensor(inner("meaning"), [], [meaning])
        : floatTensor(inner("meaning"), columnDims(layer), meaning),
    ],
  };
}

/** The shape in which values of columns meet an output of the layer. */
export const columnDims = ({ kind, columns, weightDims }: AnalogLayer): number[] => [
  columns,
  ...(kind === "conv" ? weightDims.slice(2).map(() => 1) : []),
];
