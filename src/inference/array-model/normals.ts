/**
 * Standard normal numbers in the graph, fresh in every run. ONNX Runtime draws them one by one (about 20 ns each on one thread, half the
 * time of a whole network), so they are taken from a table: each line of an output (its last dimension) gets a line of the table at a
 * random place with a random sign. Over the draws every value is standard normal, and any two values are uncorrelated whether or not they
 * meet the same line, because of the signs; that two lines of an image are equal or opposite happens once in as many pairs as the
 * table has lines.
 */

import type { Prng } from "../../core/prng.ts";
import {
  floatAttribute,
  intAttribute,
  type OnnxNode,
  type OnnxTensor,
  onnxNode,
} from "../../network/onnx/model.ts";
import { floatTensor, integerTensor } from "../../network/onnx/tensor.ts";
import type { Rewired } from "../graph.ts";

const tableLength = 65_536;

/** Mean 0 and variance 1 over the table itself, so that no run has more or less noise than asked for. */
export function normalTable(prng: Prng): Float32Array {
  const values = Float64Array.from({ length: tableLength }, () => prng.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / tableLength;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tableLength;
  return Float32Array.from(values, (value) => (value - mean) / Math.sqrt(variance));
}

export interface Normals {
  readonly opset: number;
  readonly table: Float32Array;
  /** Below 2^24, so that a float holds it. */
  readonly seed: number;
  /** The value whose shape is wanted: its rank, 0 where it is not known, and the columns of its last dimension in that case. */
  readonly like: string;
  readonly rank: number;
  readonly columns: number;
  readonly to: string;
}

/** Slice takes its bounds as inputs since opset 10, and older graphs are rare: they wait for ONNX Runtime's own numbers. */
export const normals = (wanted: Normals): Rewired =>
  wanted.opset >= 10
    ? fromTable(wanted)
    : {
        nodes: [
          onnxNode("RandomNormalLike", [wanted.like], [wanted.to], {
            attributes: [floatAttribute("seed", wanted.seed)],
          }),
        ],
        tensors: [],
      };

/** Keeps the number of a line below their count after rounding; the last 1.5e-5 of the lines are not drawn. */
const highest = 1 - 2 ** -16;
const [toFloat, toInteger] = [intAttribute("to", 1), intAttribute("to", 7)];

function fromTable({ table, seed, like, rank, columns, to }: Normals): Rewired {
  const inner = (part: string): string => `${to}::${part}`;
  const lines = rank > 0 ? rank : 2;
  const axis0 = { attributes: [intAttribute("axis", 0)] };
  const flat: OnnxNode[] = rank > 0 ? [] : [onnxNode("Reshape", [like, inner("flat")], [inner("lines")])];
  const nodes = [
    ...flat,
    onnxNode("Shape", [rank > 0 ? like : inner("lines")], [inner("shape")]),
    onnxNode("Gather", [inner("shape"), inner("heads")], [inner("head")], axis0),
    onnxNode("Gather", [inner("shape"), inner("last")], [inner("line")], axis0),
    // The table as whole lines, and the same with the other sign.
    onnxNode("Div", [inner("length"), inner("line")], [inner("count")]),
    onnxNode("Mul", [inner("count"), inner("line")], [inner("used")]),
    onnxNode("Slice", [inner("table"), inner("zero"), inner("used")], [inner("cut")]),
    onnxNode("Concat", [inner("count"), inner("line")], [inner("sizes")], axis0),
    onnxNode("Reshape", [inner("cut"), inner("sizes")], [inner("plus")]),
    onnxNode("Neg", [inner("plus")], [inner("minus")]),
    onnxNode("Concat", [inner("plus"), inner("minus")], [inner("both")], axis0),
    // Which line each line of the output gets.
    onnxNode("ConstantOfShape", [inner("head")], [inner("blank")]),
    onnxNode("RandomUniformLike", [inner("blank")], [inner("uniform")], {
      attributes: [floatAttribute("seed", seed), floatAttribute("low", 0), floatAttribute("high", highest)],
    }),
    onnxNode("Add", [inner("count"), inner("count")], [inner("twice")]),
    onnxNode("Cast", [inner("twice")], [inner("range")], { attributes: [toFloat] }),
    onnxNode("Mul", [inner("uniform"), inner("range")], [inner("place")]),
    onnxNode("Cast", [inner("place")], [inner("chosen")], { attributes: [toInteger] }),
    onnxNode("Gather", [inner("both"), inner("chosen")], [rank > 0 ? to : inner("drawn")], axis0),
    ...(rank > 0
      ? []
      : [
          onnxNode("Shape", [like], [inner("whole")]),
          onnxNode("Reshape", [inner("drawn"), inner("whole")], [to]),
        ]),
  ];
  const tensors: OnnxTensor[] = [
    floatTensor(inner("table"), [table.length], table),
    integerTensor(inner("length"), [1], [table.length]),
    integerTensor(inner("zero"), [1], [0]),
    integerTensor(
      inner("heads"),
      [lines - 1],
      Array.from({ length: lines - 1 }, (_, k) => k),
    ),
    integerTensor(inner("last"), [1], [lines - 1]),
    ...(rank > 0 ? [] : [integerTensor(inner("flat"), [2], [-1, columns])]),
  ];
  return { nodes, tensors };
}
