/** What the MVM of the emulated array does with time, pulses, converters and regions; test/physics/mvm.test.ts has its numbers. */

import { describe, expect, test } from "vitest";
import { type Crossbar, createCrossbar } from "../../mocks/array/crossbar.ts";
import { restoreArrays } from "../../mocks/array/device-arrays.ts";
import { heldTime } from "../../mocks/array/mvm/hold.ts";
import { builtinProfile, parseProfile } from "../../mocks/array/profile.ts";
import type { UnitCells } from "../../src/chip/mvm.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { spread } from "../physics/statistics.ts";
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

describe("with reads that disturb the devices, MVMs of one hold", () => {
  const { readDisturb } = small.device;
  const fragile = {
    ...small,
    device: { ...small.device, readDisturb: { ...readDisturb, sharePerRead: 1e-4 } },
  };
  const region = { array: 0, ...whole };
  const options = { averages: 255, readVolts: small.read.maxVolts };

  /** Devices of array 0 at RESET, which reads crystallise. */
  function amorphous(): Crossbar {
    const chip = createCrossbar(fragile, 1);
    const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
    const amplitudeCodes = new Uint16Array(rows * columns).fill(700);
    chip.pulse(region, { kind: "per-cell", shape, amplitudeCodes }, 1);
    return chip;
  }

  function disturbed(): Crossbar {
    const chip = amorphous();
    chip.read(region, options, seconds + 1e-4);
    return chip;
  }

  const later = seconds + 0.009;

  test("see the reads, whether or not there was an MVM before them", () => {
    const chip = amorphous();
    const before = multiply(chip, seconds);
    chip.read(region, options, seconds + 1e-4);
    expect(multiply(chip, seconds)).not.toEqual(before);
    expect(multiply(chip, later)).toEqual(multiply(disturbed(), later));
    expect(multiply(chip, later)).not.toEqual(multiply(amorphous(), later));
  });

  test.each([1, 4] as const)(
    "of %i phases go on with the same bytes when the chip is saved and loaded",
    (phases) => {
      const chip = amorphous();
      multiply(chip, seconds, whole, inputs, phases);
      chip.read(region, options, seconds + 1e-4);
      const loaded = createCrossbar(fragile, 1);
      restoreArrays(loaded.deviceArrays, chip.deviceArrays);
      const codes = multiply(chip, later, whole, inputs, phases);
      expect(multiply(loaded, later, whole, inputs, phases)).toEqual(codes);
    },
  );
});

test("MVMs of more regions than are remembered do not disturb each other", () => {
  const chip = createCrossbar(small, 1);
  const regions = Array.from({ length: 24 }, (_, column) => ({ row: 0, column, rows, columns: 1 }));
  const first = regions.map((cells) => multiply(chip, seconds, cells));
  expect(multiply(chip, seconds)).toEqual(multiply(createCrossbar(small, 1), seconds));
  expect(regions.map((cells) => multiply(chip, seconds, cells))).toEqual(first);
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

  test.each([2, 3])(
    "with inputBits %i is refused: squares of inputs are counted in quarters",
    (inputBits) => {
      const ability = { ...hermes.mvm?.ability, inputBits };
      expect(() => parseProfile({ ...hermes, mvm: { ...hermes.mvm, ability } })).toThrow(
        new RegExp(
          `mvm\\.ability\\.inputBits is ${inputBits}.*unit bits, allowed a whole number >= 4 and <= 8`,
        ),
      );
    },
  );

  test("with 4 bits of input has the noise of its devices, to the 3 % of the variance that quarters lose", () => {
    const { ability } = hermes.mvm!;
    const profile = coreOf({ rows: 256, columns: 8, outputBits: 14, wireOhms: 0 });
    const deviationOf = (inputBits: number, code: number): number => {
      const mvm = {
        ...profile.mvm!,
        conversionNoiseCodes: 0,
        ability: { ...ability, outputBits: 14, inputBits },
      };
      const chip = createCrossbar({ ...profile, mvm }, 1);
      const cells = { row: 0, column: 0, rows: 256, columns: 8 };
      const codes = multiply(chip, seconds, cells, new Int8Array(256 * 2000).fill(code));
      return spread(codes.filter((_, n) => n % 8 === 3));
    };
    expect(deviationOf(4, 7) / deviationOf(8, 127)).toBeCloseTo(Math.sqrt(48 / 49), 1);
  });

  test.each([[[0, 9]], [[0, 4]]])("with plusArrays %j is refused", (plusArrays) => {
    const ability = { ...hermes.mvm?.ability, plusArrays };
    expect(() => parseProfile({ ...hermes, mvm: { ...hermes.mvm, ability } })).toThrow(/one size/);
  });
});
