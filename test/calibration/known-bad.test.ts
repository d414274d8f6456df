import { describe, expect, test } from "vitest";
import { targetsOfGood } from "../../calibration/program-verify/known-bad.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";

const limits = { deviceSiemens: 20e-6, partnerSiemens: 25e-6 };

/** Targets of one weight whose devices with a number are known to be bad and hold that many µS. */
const of = (target: number, held: readonly (number | undefined)[]): number => {
  const devices = held.map((_, device) => device);
  const region = { array: 0, row: 0, column: 0, rows: 1, columns: held.length };
  const parts = [{ region, devices }];
  const block: WeightBlock = { rows: 1, columns: 1, devicesPerWeight: held.length === 2 ? 2 : 4, parts };
  const bad = {
    knownBad: Uint8Array.from(held, (siemens) => (siemens === undefined ? 0 : 1)),
    heldSiemens: Float32Array.from(held, (siemens) => (siemens ?? 7) * 1e-6),
  };
  return targetsOfGood(block, Float32Array.of(target * 1e-6), bad, limits)[0]! * 1e6;
};

describe("the good devices of a weight", () => {
  test.each([
    ["keep its target when all are good", 5, [undefined, undefined], 5],
    ["take away what a stuck one has too much", 5, [18, undefined], -13],
    ["add to what holds against the weight", 5, [undefined, 4], 9],
    ["have nothing to do for a device that holds nothing where nothing is wanted", 5, [undefined, 0], 5],
    ["take no more than a partner may hold", 2, [40, undefined], -25],
    ["keep the target when none of them has its sign", 5, [0.1, undefined], 5],
    ["share what is left among two", 30, [8, undefined, undefined, undefined], 22],
    [
      "hold no more than one of them may where the other is bad",
      -60,
      [undefined, undefined, 1, undefined],
      -25,
    ],
  ] as const)("%s", (_, target, held, expected) => {
    expect(of(target, held)).toBeCloseTo(expected, 4);
  });
});
