/**
 * Standard normal numbers in the graph, fresh in every run. ONNX Runtime draws them one by one (about 20 ns each on one thread, half the
 * time of a whole network), so they are taken from a table that all layers share: an output is cut into lines of equal length, and each
 * gets a line of the table at a random place with a random sign. Over the draws every value is standard normal, and any two values
 * of different lines are uncorrelated whether or not they meet the same line of the table, because of the signs; that two lines are equal or
 * opposite happens once in as many pairs as the table has lines.
 */

import type { Prng } from "../../core/prng.ts";
import { floatAttribute, intAttribute, type OnnxTensor, onnxNode } from "../../network/onnx/model.ts";
import { floatTensor, integerTensor } from "../../network/onnx/tensor.ts";
import type { Rewired } from "../graph.ts";

const tableLength = 2 ** 18;

/** What a line is as long as: the largest that divides the size of the output, so that the table has 2048 lines and more. */
const lineLengths = [128, 64, 32, 16, 8, 4, 2, 1];

const shared = (part: string): string => `pcmlab::normals::${part}`;

/** Mean 0 and variance 1 over the table itself, so that no run has more or less noise than asked for; then the same with the other sign. */
export function normalTable(prng: Prng): OnnxTensor {
  const values = Float64Array.from({ length: tableLength }, () => prng.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / tableLength;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tableLength;
  const both = new Float32Array(2 * tableLength);
  both.set(values.map((value) => (value - mean) / Math.sqrt(variance)));
  both.set(
    both.subarray(0, tableLength).map((value) => -value),
    tableLength,
  );
  return floatTensor(shared("table"), [both.length], both);
}

export interface Normals {
  readonly opset: number;
  readonly table: OnnxTensor;
  /** Below 2^24, so that a float holds it. */
  readonly seed: number;
  /** The value whose shape is wanted. */
  readonly like: string;
  readonly to: string;
}

/** Mod came with opset 10, and older graphs are rare: they wait for ONNX Runtime's own numbers. */
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

function fromTable({ table, seed, like, to }: Normals): Rewired {
  const inner = (part: string): string => `${to}::${part}`;
  const axis0 = { attributes: [intAttribute("axis", 0)] };
  const nodes = [
    // The longest line that the output consists of.
    onnxNode("Size", [like], [inner("size")]),
    onnxNode("Mod", [inner("size"), shared("lengths")], [inner("rests")]),
    onnxNode("Equal", [inner("rests"), shared("zero")], [inner("fits")]),
    onnxNode("Where", [inner("fits"), shared("lengths"), shared("one")], [inner("fitting")]),
    onnxNode("ReduceMax", [inner("fitting")], [inner("line")]),
    // The table in such lines.
    onnxNode("Concat", [shared("all"), inner("line")], [inner("sizes")], axis0),
    onnxNode("Reshape", [table.name, inner("sizes")], [inner("lines")]),
    // Which of them each line of the output gets.
    onnxNode("Div", [inner("size"), inner("line")], [inner("count")]),
    onnxNode("ConstantOfShape", [inner("count")], [inner("blank")]),
    onnxNode("RandomUniformLike", [inner("blank")], [inner("uniform")], {
      attributes: [floatAttribute("seed", seed), floatAttribute("low", 0), floatAttribute("high", highest)],
    }),
    onnxNode("Div", [shared("length"), inner("line")], [inner("choice")]),
    onnxNode("Cast", [inner("choice")], [inner("range")], { attributes: [toFloat] }),
    onnxNode("Mul", [inner("uniform"), inner("range")], [inner("place")]),
    onnxNode("Cast", [inner("place")], [inner("chosen")], { attributes: [toInteger] }),
    onnxNode("Gather", [inner("lines"), inner("chosen")], [inner("drawn")], axis0),
    onnxNode("Shape", [like], [inner("shape")]),
    onnxNode("Reshape", [inner("drawn"), inner("shape")], [to]),
  ];
  return { nodes, tensors: [table, ...constants] };
}

const constants: readonly OnnxTensor[] = [
  integerTensor(shared("lengths"), [lineLengths.length], lineLengths),
  integerTensor(shared("zero"), [], [0]),
  integerTensor(shared("one"), [], [1]),
  integerTensor(shared("all"), [1], [-1]),
  integerTensor(shared("length"), [1], [2 * tableLength]),
];
