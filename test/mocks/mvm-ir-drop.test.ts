/**
 * The IR drop of the emulator against the resistor ladder itself, solved exactly for every step of the PWM cycle. First order in
 * blocks is an approximation; how good it is, is measured here at the resistance of the profile, for 256 rows.
 */

import { describe, expect, test } from "vitest";
import { type Crossbar, createCrossbar } from "../../mocks/array/crossbar.ts";
import { overlapOf } from "../../mocks/array/mvm/ir-drop.ts";
import { siemensPerOutputCode } from "../../src/chip/mvm.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { coreOf } from "./quiet-core.ts";

const largestInput = 127;
const seconds = 1000;
/** Fine codes, so that rounding does not hide what is compared. */
const fine = { columns: 2, outputBits: 14, noisy: false } as const;

interface Line {
  readonly net: ArrayLike<number>;
  readonly load: ArrayLike<number>;
}

/** Mean current into the converter over a PWM cycle for 1 V: exact, by Gaussian elimination of the tridiagonal system. */
function ladder({ net, load }: Line, inputs: Int8Array, ohms: number): number {
  let sum = 0;
  for (let t = 1; t <= largestInput; t++) sum += ladderAt({ net, load }, inputs, t, ohms) / largestInput;
  return sum;
}

/** Row j hangs on node j; node 0 is one segment away from the virtual ground. */
function ladderAt({ net, load }: Line, inputs: Int8Array, t: number, ohms: number): number {
  const rows = inputs.length;
  const wire = 1 / ohms;
  const above = new Float64Array(rows);
  const volts = new Float64Array(rows);
  for (let j = 0; j < rows; j++) {
    const on = Math.abs(inputs[j]!) >= t ? 1 : 0;
    const diagonal = wire + (j < rows - 1 ? wire : 0) + on * load[j]! + (j > 0 ? wire * above[j - 1]! : 0);
    above[j] = j < rows - 1 ? -wire / diagonal : 0;
    const current = on * Math.sign(inputs[j]!) * net[j]! + (j > 0 ? wire * volts[j - 1]! : 0);
    volts[j] = current / diagonal;
  }
  for (let j = rows - 2; j >= 0; j--) volts[j]! -= above[j]! * volts[j + 1]!;
  return volts[0]! * wire;
}

interface Found {
  /** Loss of the line, and error of the emulator's loss, rms over the outputs relative to the rms signal. */
  readonly loss: number;
  readonly error: number;
}

type Weights = "both signs" | "positive";

/** SET devices only, the heaviest load that there is; for positive weights those of the minus arrays are RESET. */
function compare(
  rows: number,
  firstRow: number,
  ohms: number,
  weights: Weights,
  inputsOf: () => number,
): Found {
  const profile = coreOf({ ...fine, rows: firstRow + rows, wireOhms: ohms, fullScaleSiemens: 30e-6 * rows });
  const chip = createCrossbar(profile, 1);
  const cells = { row: firstRow, column: 0, rows, columns: 2 };
  if (weights === "positive") resetMinus(chip, firstRow + rows);
  const vectors = 12;
  const inputs = Int8Array.from({ length: vectors * rows }, inputsOf);
  const { outputs } = chip.mvm!({ cells, phases: 1, inputs }, seconds);
  const sides = [0, 1, 2, 3].map((array) => chip.conductances({ array, ...cells }, seconds));
  const sums = { loss: 0, error: 0, signal: 0 };
  outputs.forEach((code, n) => {
    const [v, column] = [Math.floor(n / 2), n % 2];
    const padded = new Int8Array(firstRow + rows);
    padded.set(inputs.subarray(v * rows, (v + 1) * rows), firstRow);
    const of = (array: number, row: number) =>
      row < firstRow ? 0 : sides[array]![(row - firstRow) * 2 + column]!;
    const rowsOf = (sign: 1 | -1) =>
      Array.from(padded, (_, row) => of(0, row) + of(1, row) + sign * (of(2, row) + of(3, row)));
    const net = rowsOf(-1);
    const exact = ladder({ net, load: rowsOf(1) }, padded, ohms);
    const ideal = net.reduce((sum, siemens, row) => sum + (siemens * padded[row]!) / largestInput, 0);
    sums.loss += (ideal - exact) ** 2;
    sums.error += (code * siemensPerOutputCode(profile.mvm!.ability) - exact) ** 2;
    sums.signal += ideal ** 2;
  });
  return { loss: Math.sqrt(sums.loss / sums.signal), error: Math.sqrt(sums.error / sums.signal) };
}

function resetMinus(chip: Crossbar, rows: number): void {
  const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
  const amplitudeCodes = new Uint16Array(2 * rows).fill(800);
  for (const array of [2, 3]) {
    const train = { kind: "per-cell", shape, amplitudeCodes } as const;
    chip.pulse({ array, row: 0, column: 0, rows, columns: 2 }, train, 1);
  }
}

const random = seededPrng(4);
const both = () => random.below(255) - 127;
const positive = () => random.below(128);

test("inputs and weights of both signs on 256 rows: a third of the loss is left over at most", () => {
  const { loss, error } = compare(256, 0, 0.35, "both signs", both);
  expect(loss).toBeGreaterThan(0.05);
  expect(error).toBeLessThan(loss / 3);
});

test("the loss of positive inputs and weights is right to a tenth, also far from the converter", () => {
  for (const firstRow of [0, 100]) {
    const { loss, error } = compare(128, firstRow, 0.35, "positive", positive);
    expect(loss).toBeGreaterThan(0.02);
    expect(error).toBeLessThan(loss / 10);
  }
});

test("a line without resistance loses nothing, and a short one what the ladder says", () => {
  expect(compare(32, 0, 1e-9, "positive", positive).loss).toBeLessThan(1e-6);
  const { loss, error } = compare(32, 0, 0.35, "positive", positive);
  expect(loss).toBeGreaterThan(1e-3);
  expect(error).toBeLessThan(loss / 10);
});

test("a heavy loss of positive inputs and weights is right to a fifth of it, all the way to 10 ohm", () => {
  for (const ohms of [1, 3, 10]) {
    const { loss, error } = compare(128, 0, ohms, "positive", positive);
    expect(loss).toBeGreaterThan(0.08);
    expect(error, `${ohms} ohm`).toBeLessThan(loss / 5);
  }
});

describe.each([
  ["all", () => true],
  ["near", (row: number) => row < 64],
  ["far", (row: number) => row >= 192],
  ["middle", (row: number) => row >= 64 && row < 192],
])("with full inputs to %s rows of 256", (_, isOn) => {
  test("a positive column gives less the more ohms its line has, and keeps its sign", () => {
    const cells = { row: 0, column: 0, rows: 256, columns: 2 };
    const inputs = Int8Array.from({ length: 256 }, (_, row) => (isOn(row) ? largestInput : 0));
    const outputs = [0, 0.1, 0.35, 1, 2, 4, 6, 8, 10].map((wireOhms) => {
      const profile = coreOf({ ...fine, rows: 256, wireOhms, fullScaleSiemens: 30e-6 * 256 });
      const chip = createCrossbar(profile, 1);
      resetMinus(chip, 256);
      return chip.mvm!({ cells, phases: 1, inputs }, seconds).outputs[0]!;
    });
    for (const [n, code] of outputs.slice(1).entries()) {
      expect(code, outputs.join()).toBeLessThan(outputs[n]!);
      expect(code).toBeGreaterThan(0);
    }
  });
});

test("pulses overlap fully when all are full, by 4/3 when they are uniform, and by nothing extra when half of them are full", () => {
  expect(overlapOf(1, 1)).toBeCloseTo(1, 12);
  expect(overlapOf(0.5, 1 / 3)).toBeCloseTo(4 / 3, 12);
  expect(overlapOf(0.25, 0.25 ** 2)).toBeCloseTo(4, 12);
  expect(overlapOf(0.5, 0.5)).toBe(1);
});
