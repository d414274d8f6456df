/**
 * The MVM of `hermes-core` against published numbers and the laws of its devices, and where it must be exact. `npm run bench --
 * fidelity` does the first two on the whole core.
 */

import { describe, expect, test } from "vitest";
import { type Crossbar, createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import type { UnitCells } from "../../src/chip/mvm.ts";
import { largestOutputCode, siemensPerOutputCode } from "../../src/chip/mvm.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { type CoreOptions, coreOf } from "../mocks/quiet-core.ts";
import { openEmulator } from "./lab.ts";
import { measureMvm, programWeights } from "./mvm.ts";
import { deviceNoiseVariance } from "./published-mvm.ts";
import { mean, relativeError, variance } from "./statistics.ts";

const hour = 3600;

describe("with programmed weights", async () => {
  const chip = await openEmulator(builtinProfile("hermes-core"), 5);
  const programmed = await programWeights(chip, { row: 0, column: 0, rows: 256, columns: 64 }, 2);
  const errors = await measureMvm(chip, programmed, hour);

  test("the error against known conductances is what 1/f noise, fast noise and rounding add up to", () => {
    expect(relativeError(errors.known), JSON.stringify(errors)).toBeLessThan(0.15);
  });

  test("the error against the targets is what programming, drift, noise and rounding add up to", () => {
    expect(relativeError(errors.programmed), JSON.stringify(errors)).toBeLessThan(0.15);
  });

  test("an hour after programming that is the published 1.94 % of the range of the codes", () => {
    expect(relativeError(errors.ofRange), JSON.stringify(errors)).toBeLessThan(0.25);
  });
});

const seconds = 1000;
const random = seededPrng(8);
const randomInputs = (count: number): Int8Array =>
  Int8Array.from({ length: count }, () => random.below(255) - 127);

/** Net conductances (S) of all unit cells, row by row. */
function netOf(chip: Crossbar, cells: UnitCells, at: number): Float64Array {
  const [a, b, c, d] = [0, 1, 2, 3].map((array) => chip.conductances({ array, ...cells }, at));
  return Float64Array.from(a!, (siemens, n) => siemens + b![n]! - c![n]! - d![n]!);
}

test("repeated MVMs of one moment scatter by the published noise of the devices within one MVM", () => {
  const size = { rows: 64, columns: 32 };
  const chip = createCrossbar(coreOf({ ...size, outputBits: 14, wireOhms: 0 }), 1);
  const cells = { row: 0, column: 0, ...size };
  const codes = randomInputs(64);
  const repeats = 400;
  const inputs = Int8Array.from({ length: 64 * repeats }, (_, n) => codes[n % 64]!);
  const { outputs } = chip.mvm!({ cells, phases: 1, inputs }, seconds);
  const found = Array.from({ length: 32 }, (_, column) =>
    variance(Array.from({ length: repeats }, (_, v) => outputs[v * 32 + column]!)),
  );
  const pulse = mean(Array.from(codes, (code) => Math.abs(code) / 127));
  const ofRows = new Float64Array(64 * 32);
  for (const array of [0, 1, 2, 3]) {
    const siemens = chip.conductances({ array, ...cells }, seconds);
    siemens.forEach((value, n) => {
      const code = codes[Math.floor(n / 32)]!;
      ofRows[n]! += deviceNoiseVariance(value, 130e-9 * pulse) * (code / 127) ** 2;
    });
  }
  const { ability } = builtinProfile("hermes-core").mvm!;
  const perCode = siemensPerOutputCode({ ...ability, outputBits: 14 });
  const expected = (64 * mean(ofRows)) / perCode ** 2;
  expect(mean(found) / expected).toBeGreaterThan(0.9);
  expect(mean(found) / expected).toBeLessThan(1.12);
});

describe("without noise and with ideal converters", () => {
  const core = (options: CoreOptions) =>
    createCrossbar(
      coreOf({ outputBits: 14, wireOhms: 0, fullScaleSiemens: 4e-3, noisy: false, ...options }),
      3,
    );

  test.each([
    [1, 1, 5],
    [1, 9, 3],
    [33, 1, 4],
    [100, 20, 10],
  ])("%i rows x %i columns are the exact product, rounded once", (rows, columns, vectors) => {
    const chip = core({ rows, columns });
    const ability = chip.descriptor.mvm!;
    const cells = { row: 0, column: 0, rows, columns };
    const inputs = randomInputs(vectors * rows);
    for (const at of [seconds, 1e7]) {
      const { outputs } = chip.mvm!({ cells, phases: 1, inputs }, at);
      const net = netOf(chip, cells, at);
      // Weights are kept to 1/65534 of the largest.
      const step = net.reduce((largest, siemens) => Math.max(largest, Math.abs(siemens)), 0) / 32_767;
      outputs.forEach((code, n) => {
        const [v, c] = [Math.floor(n / columns), n % columns];
        let [exact, slack] = [0, 0];
        for (let row = 0; row < rows; row++) {
          const input = inputs[v * rows + row]! / 127;
          exact += input * net[row * columns + c]!;
          slack += Math.abs(input) * 0.51 * step;
        }
        const perCode = siemensPerOutputCode(ability);
        expect(Math.abs(code - exact / perCode)).toBeLessThanOrEqual(0.5 + slack / perCode + 1e-3);
      });
    }
  });

  test("inputs of zero give zero", () => {
    const cells = { row: 0, column: 0, rows: 20, columns: 12 };
    const chip = core({ rows: 20, columns: 12 });
    for (const phases of [1, 4] as const) {
      const { outputs, saturatedOutputs } = chip.mvm!({ cells, phases, inputs: new Int8Array(60) }, seconds);
      expect(outputs).toEqual(new Int16Array(36));
      expect(saturatedOutputs).toBe(0);
    }
  });

  test("four phases are one phase to the rounding of five conversions", () => {
    const cells = { row: 0, column: 0, rows: 50, columns: 12 };
    const chip = core({ rows: 50, columns: 12 });
    const inputs = randomInputs(400);
    const one = chip.mvm!({ cells, phases: 1, inputs }, seconds).outputs;
    const four = chip.mvm!({ cells, phases: 4, inputs }, seconds).outputs;
    expect(Math.max(...one.map((code, n) => Math.abs(code - four[n]!)))).toBeLessThanOrEqual(3);
  });

  test("a sum beyond the full scale is the largest code of its sign, and counts once an output", () => {
    const options = { rows: 50, columns: 12, fullScaleSiemens: 20e-6 };
    const cells = { row: 0, column: 0, rows: 50, columns: 12 };
    const chip = core(options);
    const largest = largestOutputCode(chip.descriptor.mvm!);
    const inputs = randomInputs(50 * 20);
    const one = chip.mvm!({ cells, phases: 1, inputs }, seconds);
    const saturated = one.outputs.filter((code) => Math.abs(code) === largest).length;
    expect(saturated).toBeGreaterThan(20);
    expect(saturated).toBeLessThan(240);
    expect(one.saturatedOutputs).toBe(saturated);
    // Each of the four sums is far beyond the full scale, and they cancel.
    const four = chip.mvm!({ cells, phases: 4, inputs }, seconds);
    expect(four.saturatedOutputs).toBe(240);
    expect(four.outputs).toEqual(new Int16Array(240));
  });
});
