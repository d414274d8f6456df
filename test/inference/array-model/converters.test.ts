/** DAC and ADC of modelled arrays against the same conversions done on the host. */

import { describe, expect, it } from "vitest";
import { conversionsOf } from "../../../src/inference/array-model/conversions.ts";
import type { ConverterRanges, LayerArray } from "../../../src/inference/array-model/model.ts";
import { modelledProducts } from "../../../src/inference/array-model/modelled-products.ts";
import { codeOf } from "../../../src/inference/array-model/quantise.ts";
import type { Network } from "../../../src/network/layer.ts";
import { chipWith, coreOf } from "../../network/networks.ts";
import {
  connected,
  convolution,
  convolutionPatches,
  idealArrays,
  outputsOf,
  uniformInputs,
} from "./layers.ts";

const count = 5;
const array = (rows: number, columns: number, maxCells?: number) =>
  chipWith(
    Array.from({ length: 8 }, () => ({ rows, columns })),
    maxCells,
  );

/** Rows of all positions of all images. */
const connectedRows = (input: Float32Array): number[][] =>
  Array.from({ length: count }, (_, k) => [...input.subarray(10 * k, 10 * k + 10), 1]);
const convolvedRows = (input: Float32Array): number[][] =>
  Array.from({ length: count }, (_, k) => convolutionPatches(input.subarray(126 * k, 126 * k + 126))).flat();

/** Sums of one position (columns): every conversion by itself, then added. */
function converted(
  { layers }: Network,
  [{ tiles, siemensPerWeight }]: readonly [LayerArray],
  ranges: ConverterRanges,
  rows: readonly number[],
  { dacBits, adcBits }: { dacBits?: number; adcBits?: number },
): number[] {
  const [layer] = layers;
  if (layer === undefined) throw new Error("no layer");
  const range = ranges.inputs[0] ?? 1;
  const driven = rows.slice(0, layer.rows).map((value) => {
    const step = range / (2 ** ((dacBits ?? 0) - 1) - 1);
    return dacBits === undefined ? value : step * codeOf(value, step, dacBits);
  });
  const sums = new Array<number>(layer.columns).fill(0);
  conversionsOf(tiles).forEach((conversion, index) => {
    for (let n = 0; n < conversion.columns; n++) {
      const column = conversion.firstColumn + n;
      let sum = 0;
      for (let row = conversion.firstRow; row < conversion.firstRow + conversion.rows; row++)
        sum += (driven[row] ?? 0) * (layer.weights[row * layer.columns + column] ?? 0);
      const beta = siemensPerWeight[column] ?? 1;
      const step =
        ((ranges.outputsSiemens[0]?.[index] ?? 1) * range) / (2 ** ((adcBits ?? 0) - 1) - 1) / beta;
      sums[column]! += adcBits === undefined ? sum : step * codeOf(sum, step, adcBits);
    }
  });
  return sums;
}

/** Columns of a convolution are its second dimension, positions the last. */
const valueAt = (isConv: boolean, values: Float32Array, columns: number, position: number, column: number) =>
  isConv
    ? values[Math.floor(position / 20) * columns * 20 + column * 20 + (position % 20)]
    : values[position * columns + column];

const cases = [
  ["a convolution in one array", convolution(), array(32, 8), {}],
  ["a convolution in three arrays", convolution(), array(7, 8), {}],
  ["a convolution cut by rows and columns", convolution(), array(11, 4), {}],
  [
    "a convolution in unit cells",
    convolution(),
    coreOf(24, 16),
    { devicesPerWeight: 4, layout: "unit-cells" },
  ],
  ["a convolution of opset 9", convolution(9), array(7, 8), {}],
  ["a convolution of opset 11", convolution(11), array(7, 8), {}],
  ["a Gemm in two arrays", connected("gemm"), array(6, 6), {}],
  ["a transposed Gemm in two arrays", connected("gemm transposed"), array(6, 6), {}],
  ["a MatMul in two arrays", connected("matmul"), array(6, 6), {}],
] as const;

describe("modelled converters", () => {
  it("round to the nearest of 2^(bits - 1) - 1 codes of either sign, and clip there", () => {
    const codes = [-9, -3.6, -0.5, -0.49, 0, 0.5, 1.5, 2.5, 2.51, 3.4, 8].map((value) => codeOf(value, 1, 3));
    expect(codes.map((code) => code + 0)).toEqual([-3, -3, 0, 0, 0, 0, 2, 2, 3, 3, 3]);
  });

  it.each(cases)("give what the host computes code by code: %s", async (_, network, chip, options) => {
    const arrays = idealArrays(network, chip, options);
    const [own] = arrays;
    const columns = network.layers[0]?.columns ?? 0;
    if (own === undefined) throw new Error("no array");
    const isConv = network.layers[0]?.kind === "conv";
    const input = uniformInputs(3, count * (isConv ? 126 : 10));
    const rows = isConv ? convolvedRows(input) : connectedRows(input);
    // Some inputs and some sums are beyond their ranges.
    const ranges: ConverterRanges = {
      inputs: [0.9],
      outputsSiemens: [conversionsOf(own.tiles).map((_, k) => (10 + 3 * k) * 1e-6)],
    };
    for (const bits of [
      { dacBits: 4 },
      { adcBits: 5 },
      { dacBits: 8, adcBits: 8 },
      { dacBits: 9, adcBits: 10 },
    ]) {
      const given = await outputsOf(
        network,
        modelledProducts(network, arrays, bits, ranges, 1),
        input,
        count,
      );
      let wrong = 0;
      rows.forEach((position, at) => {
        const expected = converted(network, [own], ranges, position, bits);
        expected.forEach((value, column) => {
          const difference = Math.abs((valueAt(isConv, given, columns, at, column) ?? Number.NaN) - value);
          if (!(difference < 1e-4)) wrong++;
        });
      });
      // A sum within rounding of the boundary of two codes may get either.
      expect(wrong / (rows.length * columns)).toBeLessThan(0.005);
    }
  });

  it("tell conversions of full scales of their own apart", async () => {
    const network = connected("matmul");
    const arrays = idealArrays(network, array(16, 2));
    const input = uniformInputs(4, 10 * count);
    const ranges = { inputs: [1], outputsSiemens: [[1e-9, 1, 1]] };
    const given = await outputsOf(
      network,
      modelledProducts(network, arrays, { adcBits: 8 }, ranges, 1),
      input,
      count,
    );
    // The first column is clipped to next to nothing, the others have steps so coarse that nothing is left of them.
    expect(Math.abs(given[0] ?? 0)).toBeGreaterThan(0);
    expect(Math.abs(given[0] ?? 1)).toBeLessThan(1e-3);
    expect([given[1], given[2]].map(Math.abs as (value: unknown) => number)).toEqual([0, 0]);
  });

  it("cost less than a step with a per-column scale as well", async () => {
    const network = connected("gemm");
    const arrays = idealArrays(network, array(6, 6), {}, "column");
    const input = uniformInputs(5, 10 * count);
    const ranges = { inputs: [1], outputsSiemens: [[200e-6, 200e-6]] };
    const exact = await outputsOf(network, undefined, input, count);
    const given = await outputsOf(
      network,
      modelledProducts(network, arrays, { adcBits: 12 }, ranges, 1),
      input,
      count,
    );
    const beta = arrays[0]?.siemensPerWeight ?? new Float64Array();
    given.forEach((value, at) => {
      const step = 200e-6 / 2047 / (beta[at % 3] ?? 1);
      expect(Math.abs(value - (exact[at] ?? Number.NaN))).toBeLessThanOrEqual(step * 1.01);
    });
    expect(given).not.toEqual(exact);
  });
});

describe("what one converter sums", () => {
  const [layer] = convolution().layers;
  const tilesWith = (rows: number, columns: number, maxCells?: number) => {
    const [own] = idealArrays(convolution(), array(rows, columns, maxCells));
    return own?.tiles ?? [];
  };

  it("is all rows of an array, whatever a request can carry", () => {
    const tiles = tilesWith(32, 8, 16);
    expect(tiles.length).toBe(10);
    expect(conversionsOf(tiles)).toMatchObject([{ firstRow: 0, rows: layer?.rows, columns: 4 }]);
  });

  it("ends with the array", () => {
    const conversions = conversionsOf(tilesWith(7, 8));
    expect(conversions.map(({ rows }) => rows).reduce((a, b) => a + b)).toBe(19);
    expect(conversions.length).toBe(3);
  });
});
