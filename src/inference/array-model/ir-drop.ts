/**
 * IR drop along the bit lines, to first order in their resistance for any inputs and a load that is spread evenly, and bounded.
 *
 * The converter holds its end of a line at a virtual ground; word line j is d_j segments of r ohms away from it. What the current of row
 * j loses is x_j = r sum over k of min(d_j, d_k) G_k |u_k|, u being the input over the input range. With the load A = sum of G |u| spread
 * evenly over the n rows of the conversion, x_j = r A e_j / n with e_j = n (d_1 - 1) + n j - j (j - 1) / 2, j from 1, so that the line as a
 * whole loses the part m = r A e / n of its current, e being the mean of e_j. Beyond first order a uniform line passes
 * tanh(s) / s of its current with s^2 = 3 m, and this is what is taken off here, shared out in proportion to e_j:
 *
 *   I = sum of I_j (1 - h(m) e_j / e),   h(m) = 1 - tanh(s) / s.
 *
 * For a line that begins at the converter this is the IR drop of aihwkit (FACTS.md 7.6; rpu_forward_backward_pass.cpp:387-420) with a = 3 m and
 * 1 / g_ratio = r g_max: its c = a (0.5 - 0.2 a + 0.05 a^2) is 1.5 h(m) to second order, but changes the sign of a current at large a.
 * Limits: loads that are not spread evenly (a few rows far out that carry everything lose up to twice as much), inputs as amplitudes
 * that are all on together (with pulses of different lengths rows share the line for the shorter one), no loss along word lines.
 */

import { onnxNode } from "../../network/onnx/model.ts";
import { floatTensor } from "../../network/onnx/tensor.ts";
import type { ProductPlace, Rewired } from "../graph.ts";
import type { RowBand } from "./conversions.ts";
import { type Device, visitDevices } from "./device-matrices.ts";
import type { LayerArray } from "./model.ts";
import { multiplied } from "./multiply.ts";

export interface LineMatrices {
  /** m for a full input at a row: rows x columns of the layer. */
  readonly loads: Float32Array;
  /** sign G / beta e_j / e, likewise. */
  readonly shares: Float32Array;
}

/** One entry for each bit line of a column of weights, of all rows of a band. */
export function lineMatrices(
  array: LayerArray,
  band: RowBand,
  rows: number,
  wireOhms: number,
): LineMatrices[] {
  const columns = array.siemensPerWeight.length;
  const lines: LineMatrices[] = [];
  const blank = (): Float32Array => new Float32Array(rows * columns);
  for (const conversion of band.conversions) {
    const segments = conversion.blocks[0]?.block.parts[0]?.region.row ?? 0;
    const { farness, mean } = farnessOf(conversion.rows, segments);
    const loadPerSiemens = (wireOhms * mean) / conversion.rows;
    visitDevices(array, conversion, ({ row, column, sign, siemens, line, distance }: Device) => {
      while (lines.length <= line) lines.push({ loads: blank(), shares: blank() });
      const { loads, shares } = lines[line]!;
      const at = row * columns + column;
      loads[at]! += loadPerSiemens * siemens;
      shares[at]! += ((sign * siemens) / array.siemensPerWeight[column]!) * (farness(distance) / mean);
    });
  }
  return lines;
}

/** e_j of a row at a distance (from 1 at the first row), and its mean. @param segments between the converter and the first row, less one. */
function farnessOf(rows: number, segments: number) {
  const farness = (distance: number): number =>
    rows * segments + rows * distance - (distance * (distance - 1)) / 2;
  let sum = 0;
  for (let distance = 1; distance <= rows; distance++) sum += farness(distance);
  return { farness, mean: sum / rows };
}

export interface Dropping {
  readonly array: LayerArray;
  readonly band: RowBand;
  readonly wireOhms: number;
  /** The input that drives a row fully. */
  readonly inputRange: number;
  readonly biasInput: number;
  /** Each column is multiplied by its own. */
  readonly columnFactors: Float32Array;
  /** Names of values: the inputs, the products without IR drop, and with it. */
  readonly inputs: string;
  readonly from: string;
  readonly to: string;
}

export function withIrDrop(place: ProductPlace, dropping: Dropping): Rewired {
  const { array, band, wireOhms, to } = dropping;
  const magnitudes = `${to}::magnitudes`;
  const lines = lineMatrices(array, band, place.layer.rows, wireOhms);
  const names = lines.map((_, line) => `${to}::line${line}`);
  const parts = lines.map((line, k) => lossOf(place, dropping, line, magnitudes, names[k]!));
  const lost = `${to}::lost`;
  return {
    nodes: [
      onnxNode("Abs", [dropping.inputs], [magnitudes]),
      ...parts.flatMap(({ nodes }) => nodes),
      onnxNode("Sum", names, [lost]),
      onnxNode("Sub", [dropping.from, lost], [to]),
    ],
    tensors: parts.flatMap(({ tensors }) => tensors),
  };
}

/** Keeps tanh(s) / s from being 0 / 0; 1 to all digits of a float there. */
const leastLoad = 1e-12;

function lossOf(
  place: ProductPlace,
  { band, inputRange, biasInput, columnFactors, inputs }: Dropping,
  { loads, shares }: LineMatrices,
  magnitudes: string,
  to: string,
): Rewired {
  const inner = (part: string): string => `${to}::${part}`;
  const { firstRow, rows } = band;
  const columns = columnFactors.length;
  const load = multiplied(place, {
    matrix: loads.map((value) => (3 * value) / inputRange),
    ...{ firstRow, rows, biasInput: Math.abs(biasInput), from: magnitudes, to: inner("load") },
  });
  const share = multiplied(place, {
    matrix: shares.map((value, at) => value * columnFactors[at % columns]!),
    ...{ firstRow, rows, biasInput, from: inputs, to: inner("share") },
  });
  return {
    nodes: [
      ...load.nodes,
      ...share.nodes,
      onnxNode("Add", [inner("load"), inner("least")], [inner("square")]),
      onnxNode("Sqrt", [inner("square")], [inner("s")]),
      onnxNode("Tanh", [inner("s")], [inner("tanh")]),
      onnxNode("Div", [inner("tanh"), inner("s")], [inner("passed")]),
      onnxNode("Sub", [inner("one"), inner("passed")], [inner("h")]),
      onnxNode("Mul", [inner("h"), inner("share")], [to]),
    ],
    tensors: [
      ...load.tensors,
      ...share.tensors,
      floatTensor(inner("least"), [], [leastLoad]),
      floatTensor(inner("one"), [], [1]),
    ],
  };
}
