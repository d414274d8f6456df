/** IR drop against Kirchhoff's laws solved node by node for every bit line. */

import { describe, expect, it } from "vitest";
import { seededPrng } from "../../../src/core/prng.ts";
import type { LayerArray } from "../../../src/inference/array-model/model.ts";
import { modelledProducts } from "../../../src/inference/array-model/modelled-products.ts";
import { onnxNode } from "../../../src/network/onnx/model.ts";
import { floatTensor } from "../../../src/network/onnx/tensor.ts";
import { networkOf } from "../../../src/network/read.ts";
import { chipWith, classifier, coreOf } from "../../network/networks.ts";
import { idealArrays, outputsOf } from "./layers.ts";

const rows = 64;
const columns = 4;
const prng = seededPrng(9);
const weights = Float32Array.from({ length: rows * columns }, () => prng.normal());
const input = Float32Array.from({ length: rows }, () => prng.uniform());
const network = networkOf(
  classifier({
    nodes: [onnxNode("MatMul", ["image", "w"], ["scores"])],
    initializers: [floatTensor("w", [rows, columns], weights)],
    input: ["batch", rows],
    classes: columns,
  }),
);
const ranges = { inputs: [1], outputsSiemens: [[1e-3]] };

/**
 * Current into a virtual ground of a line whose word lines drive conductances `siemens` (from the converter outwards) with voltages
 * `volts`: the nodes satisfy (v_j - v_(j-1)) / r + (v_j - v_(j+1)) / r + G_j v_j = G_j u_j, a tridiagonal system (Thomas).
 * @param lead segments between the converter and the first node, less one.
 */
function lineCurrent(
  siemens: readonly number[],
  volts: readonly number[],
  ohms: number,
  lead: number,
): number {
  const n = siemens.length;
  const upper: number[] = [];
  const right: number[] = [];
  for (let j = 0; j < n; j++) {
    const before = 1 / (ohms * (j === 0 ? lead + 1 : 1));
    const after = j === n - 1 ? 0 : 1 / ohms;
    const diagonal = before + after + siemens[j]! - (j === 0 ? 0 : before * upper[j - 1]!);
    upper.push(after / diagonal);
    right.push((siemens[j]! * volts[j]! + (j === 0 ? 0 : before * right[j - 1]!)) / diagonal);
  }
  let node = 0;
  for (let j = n - 1; j >= 0; j--) node = right[j]! + upper[j]! * node;
  return node / (ohms * (lead + 1));
}

/** Of one column, by its bit lines; a cell that is driven with 0 V has its word line off and loads nothing. */
function solved({ tiles, conductances, siemensPerWeight }: LayerArray, column: number, ohms: number): number {
  const order = tiles[0]?.rowOrder;
  const lines = new Map<string, { sign: number; siemens: number[] }>();
  tiles.forEach((tile, index) => {
    for (const [slot, device] of tile.devices.entries()) {
      const total = tile.devices.length * (tiles.length > 1 ? tiles.length : 1);
      const sign = 2 * device < total ? 1 : -1;
      const siemens = Array.from(
        { length: rows },
        (_, line) => conductances[index]?.[(line * columns + column) * tile.devices.length + slot] ?? 0,
      );
      lines.set(`${index}/${slot}`, { sign, siemens });
    }
  });
  const driven = Array.from({ length: rows }, (_, line) => input[order?.[line] ?? line] ?? 0);
  let sum = 0;
  // As pulses of full height and the length of the input would on average: each load counts as much as its input is on.
  for (const { sign, siemens } of lines.values())
    sum += sign * loaded(siemens, driven, ohms, tiles[0]?.region.row ?? 0);
  return sum / (siemensPerWeight[column] ?? 1);
}

const loaded = (siemens: readonly number[], driven: readonly number[], ohms: number, lead: number): number =>
  lineCurrent(
    siemens.map((value, line) => value * driven[line]!),
    driven.map(() => 1),
    ohms,
    lead,
  );

const pair = () => {
  const [own] = idealArrays(network, chipWith([{ rows, columns: 2 * columns }]));
  if (own === undefined) throw new Error("no array");
  return own;
};

const dropped = async (array: LayerArray, ohms: number): Promise<Float32Array> =>
  outputsOf(network, modelledProducts(network, [array], { wireOhms: ohms }, ranges, 1), input, 1);

const exact = (column: number): number =>
  input.reduce((sum, value, row) => sum + value * weights[row * columns + column]!, 0);

describe("IR drop", () => {
  /** Every device for a weight conducts 10 µS and those against it nothing, and all inputs are 1: the load is spread evenly. */
  const even = () => {
    const own = pair();
    const conductances = own.conductances.map((cells) =>
      cells.map((_, cell) => (cell % 2 === 0 ? 10e-6 : 0)),
    );
    return { ...own, conductances };
  };

  it.each([
    // a = r n sum of G = 0.014, 0.2 and 2: the limits of first order are far behind at the last.
    [0.35, 0.001],
    [5, 0.01],
    [50, 0.03],
  ])("is what the nodes of an evenly loaded line lose at %f ohm, to %f of it", async (ohms, tolerance) => {
    const array = even();
    const beta = array.siemensPerWeight[0] ?? 1;
    const ones = new Float32Array(rows).fill(1);
    const [plain, given] = [undefined, modelledProducts(network, [array], { wireOhms: ohms }, ranges, 1)];
    const [before, after] = [
      await outputsOf(network, plain, ones, 1),
      await outputsOf(network, given, ones, 1),
    ];
    const lost = ((before[0] ?? 0) - (after[0] ?? 0)) * beta;
    const line = lineCurrent(new Array<number>(rows).fill(10e-6), new Array<number>(rows).fill(1), ohms, 0);
    const expected = rows * 10e-6 - line;
    expect(Math.abs(lost / expected - 1)).toBeLessThan(tolerance + 1e-3);
  });

  // Half of the devices of each line conduct nothing, and the others anything: 64 rows are few to even that out.
  it.each([0.35, 5, 30])("is right to a quarter where the load is uneven, at %f ohm", async (ohms) => {
    const array = pair();
    const given = await dropped(array, ohms);
    const losses = Array.from(given, (value, column) => [
      exact(column) - value,
      exact(column) - solved(array, column, ohms),
    ]);
    const largest = Math.max(...losses.map(([, loss = 0]) => Math.abs(loss)));
    expect(largest).toBeGreaterThan(0);
    for (const [own = 0, loss = 0] of losses) expect(Math.abs(own - loss)).toBeLessThan(0.25 * largest);
  });

  it("is larger for the same weights farther from the converter", async () => {
    const near = pair();
    const tiles = near.tiles.map((tile) => ({ ...tile, region: { ...tile.region, row: 400 } }));
    const far = { ...near, tiles };
    const [given, own] = [await dropped(near, 0.35), await dropped(far, 0.35)];
    for (let column = 0; column < columns; column++) {
      const loss = exact(column) - solved(far, column, 0.35);
      expect(exact(column) - own[column]!).toBeCloseTo(loss, 2);
      expect(Math.abs(loss)).toBeGreaterThan(Math.abs(exact(column) - given[column]!));
    }
  });

  it("follows the order of the rows on the word lines", async () => {
    const plain = pair();
    const rowOrder = Uint16Array.from({ length: rows }, (_, line) => rows - 1 - line);
    const turned = Float32Array.from(plain.conductances[0] ?? [], (_, cell) => {
      const width = 2 * columns;
      return plain.conductances[0]?.[(rows - 1 - Math.floor(cell / width)) * width + (cell % width)] ?? 0;
    });
    const array = {
      ...plain,
      tiles: plain.tiles.map((tile) => ({ ...tile, rowOrder })),
      conductances: [turned],
    };
    const given = await dropped(array, 5);
    const straight = await dropped(plain, 5);
    const worst = (values: Float32Array): number =>
      Math.max(...Array.from(values, (value, column) => Math.abs(value - solved(array, column, 5))));
    expect(worst(given)).toBeLessThan(0.5 * worst(straight));
  });

  it("keeps the sign of every current, however large the resistance", async () => {
    const alike = pair();
    const positive = alike.conductances.map((cells) => cells.map((_, cell) => (cell % 2 === 0 ? 20e-6 : 0)));
    const array = { ...alike, conductances: positive };
    const beta = alike.siemensPerWeight[0] ?? 1;
    // The exact products are those of the file; what is lost of 64 x 20 µS is never more than all of it.
    const full = (input.reduce((sum, value) => sum + value, 0) * 20e-6) / beta;
    for (const ohms of [100, 1e4, 1e6]) {
      const given = await dropped(array, ohms);
      given.forEach((value, column) => {
        expect(exact(column) - value).toBeLessThan(1.2 * full);
        expect(exact(column) - value).toBeGreaterThan(0);
      });
    }
  });

  it("of unit cells has all devices of a column on one line", async () => {
    const [own] = idealArrays(network, coreOf(rows, columns), { devicesPerWeight: 4, layout: "unit-cells" });
    if (own === undefined) throw new Error("no array");
    const given = await dropped(own, 5);
    const apart = await dropped(pair(), 5);
    // Twice the conductance for the same weight, and all of it on one line instead of two.
    given.forEach((value, column) => {
      const magnitudes = weights.reduce(
        (sum, weight, at) => (at % columns === column ? sum + Math.abs(weight) : sum),
        0,
      );
      expect(magnitudes).toBeGreaterThan(0);
      expect(Math.abs(value - exact(column))).toBeGreaterThan(Math.abs((apart[column] ?? 0) - exact(column)));
    });
  });
});
