import { describe, expect, test } from "vitest";
import { type Crossbar, createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { descriptorSchema } from "../../src/chip/descriptor.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import type { Region } from "../../src/chip/region.ts";

const tiny = builtinProfile("tiny");
const whole: Region = { array: 0, row: 0, column: 0, rows: 64, columns: 64 };
const options = { averages: 5, readVolts: 0.3 };
const codeOf = (microamperes: number): number => Math.round((microamperes / 500) * 4095);

const perCell = (codes: readonly number[], trailingSeconds = 0): PulseTrain => ({
  kind: "per-cell",
  shape: { widthSeconds: 1e-6, trailingSeconds },
  amplitudeCodes: Uint16Array.from(codes),
});

const everywhere = (cells: number, microamperes: number): PulseTrain =>
  perCell(new Array(cells).fill(codeOf(microamperes)));

const cell = (row: number, column: number): Region => ({ array: 0, row, column, rows: 1, columns: 1 });

const readingOf = (chip: Crossbar, region: Region, seconds: number): number[] =>
  Array.from(chip.read(region, options, seconds).codeSums);

describe("a crossbar", () => {
  test("describes itself by the schema of the Chip port", () => {
    const { descriptor } = createCrossbar(tiny, 1);
    expect(descriptorSchema.parse(descriptor)).toEqual(descriptor);
    expect(descriptor.serialNumber).toBe("TINY-000001");
    expect(createCrossbar(tiny, 2).descriptor.serialNumber).toBe("TINY-000002");
  });

  test("is one individual chip for one seed, fresh in the SET state", () => {
    const truth = createCrossbar(tiny, 1).conductances(whole, 0);
    expect(createCrossbar(tiny, 1).conductances(whole, 0)).toEqual(truth);
    expect(createCrossbar(tiny, 2).conductances(whole, 0)).not.toEqual(truth);
    const mean = truth.reduce((sum, siemens) => sum + siemens, 0) / truth.length;
    expect(mean).toBeGreaterThan(34e-6);
    expect(mean).toBeLessThan(36e-6);
  });

  test("takes the time of every conversion", () => {
    const { endSeconds, codeSums } = createCrossbar(tiny, 1).read({ ...whole, rows: 2 }, options, 10);
    expect(endSeconds).toBeCloseTo(10 + 128 * 5 * 1e-6, 9);
    expect(codeSums.length).toBe(128);
  });

  test("reads only the cells of a mask, each at its own time, in the order of the array", () => {
    const region: Region = { ...whole, rows: 2, columns: 3 };
    const mask = Uint8Array.of(0, 1, 0, 1, 1, 0);
    const { codeSums, endSeconds } = createCrossbar(tiny, 1).read(region, { ...options, mask }, 100);
    const alone = [cell(0, 1), cell(1, 0), cell(1, 1)].flatMap((one, n) =>
      readingOf(createCrossbar(tiny, 1), one, 100 + n * 5e-6),
    );
    expect(Array.from(codeSums)).toEqual(alone);
    expect(endSeconds).toBeCloseTo(100 + 3 * 5e-6, 9);
    const short = { ...options, mask: Uint8Array.of(1) };
    expect(() => createCrossbar(tiny, 1).read(region, short, 0)).toThrow(RangeError);
  });

  test("takes the time of every pulse and none for cells without", () => {
    const chip = createCrossbar(tiny, 1);
    const region = { ...cell(0, 0), columns: 4 };
    const done = chip.pulse(region, perCell([0, 900, 0, 1800], 0.5e-6), 10);
    expect(done.pulses).toBe(2);
    expect(done.endSeconds).toBeCloseTo(10 + 2 * 1.5e-6, 9);
    expect(Array.from(chip.pulseCounts(region))).toEqual([0, 1, 0, 1]);
  });

  test("adds the settling time of the current source before each pulse", () => {
    const slow: ChipProfile = { ...tiny, timing: { pulseSettleSeconds: 1e-3 } };
    expect(createCrossbar(slow, 1).pulse(cell(0, 0), perCell([900]), 0).endSeconds).toBeCloseTo(1.001e-3, 9);
  });

  test("gives every chosen cell all steps of a shared train", () => {
    const chip = createCrossbar(tiny, 1);
    const region = { ...cell(3, 0), columns: 3 };
    const steps = [450, 160, 60].map((microamperes) => ({
      amplitudeCode: codeOf(microamperes),
      widthSeconds: 1e-6,
      trailingSeconds: 0,
    }));
    const done = chip.pulse(region, { kind: "shared", steps, mask: Uint8Array.of(1, 0, 1) }, 0);
    expect(done).toEqual({ pulses: 6, endSeconds: expect.closeTo(6e-6, 12) });
    expect(Array.from(chip.pulseCounts(region))).toEqual([3, 0, 3]);
  });

  test("leaves the neighbours of a pulsed cell untouched", () => {
    const chip = createCrossbar(tiny, 1);
    const before = chip.conductances(whole, 5);
    chip.pulse(cell(10, 20), perCell([codeOf(300)]), 5);
    const after = chip.conductances(whole, 5);
    const changed = Array.from(after.keys()).filter((index) => after[index] !== before[index]);
    expect(changed).toEqual([10 * 64 + 20]);
  });

  test("does not let one cell's draws depend on what happened to others", () => {
    const alone = createCrossbar(tiny, 1);
    alone.pulse(cell(5, 5), perCell([codeOf(200)]), 1);
    const busy = createCrossbar(tiny, 1);
    busy.read(whole, options, 0);
    busy.pulse({ ...whole, rows: 5 }, everywhere(5 * 64, 250), 0.5);
    busy.pulse(cell(5, 5), perCell([codeOf(200)]), 1);
    busy.pulse(cell(5, 6), perCell([codeOf(350)]), 1.5);
    busy.read(cell(5, 5), options, 2);
    for (const seconds of [3, 3600, 86_400])
      expect(readingOf(busy, cell(5, 5), seconds)).toEqual(readingOf(alone, cell(5, 5), seconds));
  });

  test("keeps its arrays apart", () => {
    const chip = createCrossbar(builtinProfile("hermes-core"), 1);
    const other = { ...cell(7, 7), array: 3 };
    const before = chip.conductances(other, 0);
    chip.pulse(cell(7, 7), perCell([800]), 0);
    expect(chip.conductances(other, 0)).toEqual(before);
    expect(chip.pulseCounts({ ...other, array: 0 })[0]).toBe(1);
    expect(chip.pulseCounts(other)[0]).toBe(0);
  });

  test.each([
    { ...whole, rows: 65 },
    { ...whole, column: -1 },
    { ...whole, array: 1 },
    { ...whole, row: 0.5 },
  ])("throws RangeError for a region outside: %o", (region) => {
    expect(() => createCrossbar(tiny, 1).read(region, options, 0)).toThrow(RangeError);
  });

  test("throws RangeError for a train of the wrong length", () => {
    expect(() => createCrossbar(tiny, 1).pulse(cell(0, 0), perCell([1, 2]), 0)).toThrow(RangeError);
  });
});
