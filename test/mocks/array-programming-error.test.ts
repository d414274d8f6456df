/**
 * What the papers state as a statistic must emerge: a quick program-and-verify with the numbers of FACTS 1.2 (margin
 * 0.25 uS, five readings, 55 iterations) leaves the programming error of FACTS 7.1, though nothing in the model knows it.
 */

import { describe, expect, test } from "vitest";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import type { Region } from "../../src/chip/region.ts";

const band: Region = { array: 0, row: 0, column: 0, rows: 16, columns: 64 };
const cells = band.rows * band.columns;
const options = { averages: 5, readVolts: 0.3 };
const siemensPerSum = 50e-6 / 255 / options.averages;
const codesPerAmpere = 4095 / 500e-6;

const publishedSiemens = (g: number): number => (0.26348 + 1.965 * g - 1.1731 * g * g) * 1e-6;

interface Outcome {
  readonly converged: number;
  /** Standard deviation (S) at 25 s over the converged cells. */
  readonly spread: number;
  readonly pulsesPerCell: number;
}

function program(target: number, seed: number): Outcome {
  const chip = createCrossbar(builtinProfile("tiny"), seed);
  const amperes = new Float64Array(cells).fill(200e-6);
  const done = new Uint8Array(cells);
  let now = 0;
  for (let iteration = 0; iteration <= 55; iteration++) {
    const { codeSums, endSeconds } = chip.read(band, options, now);
    const codes = codeSums.map((sum, cell) => nextCode(sum * siemensPerSum, target, cell, amperes, done));
    if (codes.every((code) => code === 0)) break;
    const shape = { widthSeconds: 400e-9, trailingSeconds: 0 };
    now = chip.pulse(band, { kind: "per-cell", shape, amplitudeCodes: codes }, endSeconds).endSeconds;
  }
  const { codeSums } = chip.read(band, options, now + 25);
  return outcomeOf(
    Array.from(codeSums, (sum) => sum * siemensPerSum),
    done,
    chip.pulseCounts(band),
  );
}

/** One step of the loop of FACTS 1.2; 0 when the cell is done. A larger current lowers the conductance. */
function nextCode(
  read: number,
  target: number,
  cell: number,
  amperes: Float64Array,
  done: Uint8Array,
): number {
  if (done[cell] === 1 || Math.abs(read - target) <= 0.25e-6) {
    done[cell] = 1;
    return 0;
  }
  const next = (amperes[cell] ?? 0) + 2 * (read - target);
  amperes[cell] = Math.min(Math.max(next, 80e-6), 400e-6);
  return Math.round((amperes[cell] ?? 0) * codesPerAmpere);
}

function outcomeOf(siemens: number[], done: Uint8Array, pulses: Uint32Array): Outcome {
  const kept = siemens.filter((_, cell) => done[cell] === 1);
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kept.length;
  return {
    converged: kept.length / siemens.length,
    spread: Math.sqrt(variance),
    pulsesPerCell: pulses.reduce((sum, count) => sum + count, 0) / siemens.length,
  };
}

describe("program-and-verify on the emulated array", () => {
  test.each([0.1, 0.3, 0.5, 0.7, 1])("leaves the published error at g = %f", (g) => {
    const outcomes = [1, 2].map((seed) => program(g * 25e-6, seed));
    const mean = (of: (outcome: Outcome) => number): number =>
      outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
    const ratio = mean((outcome) => outcome.spread) / publishedSiemens(g);
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.2);
    expect(mean((outcome) => outcome.converged)).toBeGreaterThan(0.97);
  });
});
