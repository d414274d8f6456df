/** What the MVM of the emulated array does with time, pulses, converters and regions; test/physics/mvm.test.ts has its numbers. */

import { describe, expect, test } from "vitest";
import { type Crossbar, createCrossbar } from "../../mocks/array/crossbar.ts";
import { restoreArrays } from "../../mocks/array/device-arrays.ts";
import { heldTime } from "../../mocks/array/mvm/hold.ts";
import { builtinProfile, parseProfile } from "../../mocks/array/profile.ts";
import type { UnitCells } from "../../src/chip/mvm.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { coreOf } from "./quiet-core.ts";

const hermes = builtinProfile("hermes-core");
const rows = 40;
const columns = 24;
const small = coreOf({ rows, columns });
const whole: UnitCells = { row: 0, column: 0, rows, columns };
const seconds = 1000;

const randomInputs = (vectors: number, of = rows): Int8Array => {
  const random = seededPrng(vectors);
  return Int8Array.from({ length: vectors * of }, () => random.below(255) - 127);
};
const inputs = randomInputs(30);

const multiply = (chip: Crossbar, at: number, cells = whole, codes = inputs, phases: 1 | 4 = 1): Int16Array =>
  chip.mvm!({ cells, phases, inputs: codes }, at).outputs;

/** A full RESET of one device of array 0. */
function reset(chip: Crossbar, row: number, column: number, at: number): void {
  const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
  const train = { kind: "per-cell", shape, amplitudeCodes: Uint16Array.of(700) } as const;
  chip.pulse({ array: 0, row, column, rows: 1, columns: 1 }, train, at);
}

describe("an MVM", () => {
  test("is the same for the same chip and time, and has other noise at another time or on another chip", () => {
    const codes = multiply(createCrossbar(small, 1), seconds);
    expect(multiply(createCrossbar(small, 1), seconds)).toEqual(codes);
    expect(multiply(createCrossbar(small, 1), seconds + 1e-6)).not.toEqual(codes);
    expect(multiply(createCrossbar(small, 2), seconds)).not.toEqual(codes);
  });

  test("does not depend on the MVMs before it", () => {
    const chip = createCrossbar(small, 1);
    multiply(chip, seconds - 0.001);
    multiply(chip, seconds, { row: 3, column: 1, rows: 7, columns: 9 }, randomInputs(5, 7), 4);
    expect(multiply(chip, seconds)).toEqual(multiply(createCrossbar(small, 1), seconds));
  });

  test("of a chip that was saved and loaded goes on with the same bytes", () => {
    const chip = createCrossbar(small, 1);
    reset(chip, 5, 5, seconds);
    multiply(chip, seconds + 0.0011);
    const loaded = createCrossbar(small, 1);
    restoreArrays(loaded.deviceArrays, chip.deviceArrays);
    for (const later of [0.0012, 0.004, 0.02, 500])
      expect(multiply(loaded, seconds + later)).toEqual(multiply(chip, seconds + later));
  });

  test("takes phases x phaseSeconds a vector", () => {
    const chip = createCrossbar(small, 1);
    expect(chip.mvm!({ cells: whole, phases: 1, inputs }, 1).endSeconds).toBeCloseTo(1 + 30 * 130e-9, 12);
    expect(chip.mvm!({ cells: whole, phases: 4, inputs }, 1).endSeconds).toBeCloseTo(1 + 30 * 520e-9, 12);
  });

  test("sees a pulse at once", () => {
    const chip = createCrossbar(small, 1);
    const oneHot = new Int8Array(rows);
    oneHot[5] = 127;
    const before = multiply(chip, seconds, whole, oneHot)[7]!;
    reset(chip, 5, 7, seconds + 1e-6);
    const after = multiply(chip, seconds + 1e-5, whole, oneHot)[7]!;
    // A SET device of 14 uS, at 200 uS / 127 a code.
    expect(before - after).toBeGreaterThan(4);
  });

  test("sees the temperature", () => {
    const chip = createCrossbar(small, 1);
    for (let column = 0; column < columns; column++) reset(chip, 5, column, 1);
    const cold = multiply(chip, seconds);
    chip.setTemperature(360, seconds);
    expect(multiply(chip, seconds)).not.toEqual(cold);
  });

  test("of a part of the array is that part of the MVM with zeros elsewhere, to a code of noise and rounding", () => {
    const chip = createCrossbar(coreOf({ rows, columns, noisy: false }), 1);
    const part: UnitCells = { row: 10, column: 6, rows: 13, columns: 9 };
    const some = randomInputs(3, part.rows);
    const padded = new Int8Array(3 * rows);
    for (let v = 0; v < 3; v++) padded.set(some.subarray(v * 13, v * 13 + 13), v * rows + part.row);
    const all = multiply(chip, seconds, whole, padded);
    multiply(chip, seconds, part, some).forEach((code, n) => {
      const [v, c] = [Math.floor(n / 9), n % 9];
      expect(Math.abs(code - all[v * columns + part.column + c]!)).toBeLessThanOrEqual(1);
    });
  });

  test("outside the arrays or with a broken vector is a programmer's error", () => {
    const chip = createCrossbar(small, 1);
    const request = { cells: { ...whole, row: 1 }, phases: 1, inputs } as const;
    expect(() => chip.mvm!(request, 0)).toThrow(RangeError);
    expect(() => chip.mvm!({ ...request, cells: whole, inputs: inputs.subarray(1) }, 0)).toThrow(RangeError);
    expect(() => chip.mvm!({ ...request, cells: whole, inputs: new Int8Array(0) }, 0)).toThrow(RangeError);
  });
});

test("two MVMs within the hold time differ by fast noise only, later ones by 1/f noise as well", () => {
  const chip = createCrossbar(small, 1);
  const oneVector = randomInputs(1);
  const change = (by: number): number => {
    let sum = 0;
    for (let n = 0; n < 20; n++) {
      const at = seconds + 10 * n + 0.001;
      const before = multiply(chip, at, whole, oneVector);
      multiply(chip, at + by, whole, oneVector).forEach((code, c) => {
        sum += (code - before[c]!) ** 2;
      });
    }
    return sum;
  };
  expect(change(5)).toBeGreaterThan(1.15 * change(0.005));
});

describe("conductances are held", () => {
  test("in steps of the hold time that do not depend on what was asked before", () => {
    expect(heldTime(5.0123, 0, 0.01)).toBeCloseTo(5.01, 9);
    expect(heldTime(5.0199, 0, 0.01)).toBe(heldTime(5.0101, 0, 0.01));
  });

  test.each([
    [0, 0],
    [9e-6, 0],
    [2e-5, 1e-5],
    [5e-3, 1e-3],
  ])("%f s after a pulse as they were %f s after it", (age, held) => {
    expect(heldTime(7.0051 + age, 7.0051, 0.1)).toBeCloseTo(7.0051 + held, 9);
  });
});

describe("the profile", () => {
  test("of a chip without MVM makes a chip without MVM", () => {
    const chip = createCrossbar(builtinProfile("tiny"), 1);
    expect(chip.mvm).toBeUndefined();
    expect(chip.descriptor.mvm).toBeUndefined();
  });

  test("tells the descriptor what the MVM can do and nothing of its noise", () => {
    expect(createCrossbar(hermes, 1).descriptor.mvm).toEqual(hermes.mvm?.ability);
  });

  test.each([
    [{ wireOhms: -1 }, /mvm\.wireOhms is -1.*unit ohm, allowed a number >= 0 and <= 10/],
    [{ holdSeconds: 0 }, /mvm\.holdSeconds is 0.*unit s/],
    [{ conversionNoiseCodes: "none" }, /mvm\.conversionNoiseCodes.*unit ADC codes/],
  ])("with %j is refused with the range and the unit", (change, message) => {
    expect(() => parseProfile({ ...hermes, mvm: { ...hermes.mvm, ...change } })).toThrow(message);
  });

  test.each([[[0, 9]], [[0, 4]]])("with plusArrays %j is refused", (plusArrays) => {
    const ability = { ...hermes.mvm?.ability, plusArrays };
    expect(() => parseProfile({ ...hermes, mvm: { ...hermes.mvm, ability } })).toThrow(/one size/);
  });
});
