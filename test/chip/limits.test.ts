import { describe, expect, test } from "vitest";
import type { Chip } from "../../src/chip/chip.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import {
  assertMvmAllowed,
  assertOrderAllowed,
  assertPulseAllowed,
  assertReadAllowed,
  largestAllowedDacCode,
  maxVectorsFor,
  withLimits,
} from "../../src/chip/limits.ts";
import type { MvmReadout, MvmRequest } from "../../src/chip/mvm.ts";
import type { OnBoardOrder } from "../../src/chip/on-board.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { type Region, rowBands } from "../../src/chip/region.ts";
import { mvmDescriptor } from "../firmware/fake-array.ts";
import { numericalChip, smallDescriptor } from "./numerical-chip.ts";

const region: Region = { array: 0, row: 0, column: 0, rows: 2, columns: 2 };
const good: PulseTrain = {
  kind: "per-cell",
  shape: { widthSeconds: 1e-7, trailingSeconds: 0 },
  amplitudeCodes: Uint16Array.of(1, 0, 2, 3),
};
const step = { amplitudeCode: 100, widthSeconds: 1e-7, trailingSeconds: 0 };

test("an order for the board itself with a code beyond 16 bits is refused, whatever its lower bits are", () => {
  const order: OnBoardOrder = {
    ...{ region, mask: Uint8Array.of(1, 1, 1, 1), targetSums: Uint16Array.of(9, 8, 7, 6) },
    ...{ averages: 5, readVolts: 0.3, marginSum: 4, zeroSum: 0, zeroMarginSum: 3 },
    ...{ maxIterations: 55, maxResets: 5, stuckSum: 9, stuckShare: 0.2, stuckIterations: 12 },
    ...{ widthSeconds: 1e-6, startCode: 1000, minCode: 500, maxCode: 2000, codesPerSum: 5 },
    reset: { amplitudeCode: 3000, widthSeconds: 5e-8 },
    preparation: [step],
  };
  assertOrderAllowed(smallDescriptor, order);
  expect(() => assertOrderAllowed(smallDescriptor, { ...order, maxCode: 65_536 + 2000 })).toThrow(
    /amplitude code: 67536/,
  );
  expect(() => assertOrderAllowed(smallDescriptor, { ...order, startCode: 999.5 })).toThrow(/999\.5/);
});

describe("withLimits refuses and sends nothing", () => {
  const top = largestAllowedDacCode(smallDescriptor);
  const trains: Record<string, PulseTrain> = {
    "a current above the largest": { ...good, amplitudeCodes: Uint16Array.of(top + 1, 0, 0, 0) },
    "a train for another number of cells": { ...good, amplitudeCodes: Uint16Array.of(1) },
    "a pulse too short": { ...good, shape: { widthSeconds: 5e-9, trailingSeconds: 0 } },
    "a pulse too long": { ...good, shape: { widthSeconds: 2e-5, trailingSeconds: 0 } },
    "an edge that the board cannot make": { ...good, shape: { widthSeconds: 1e-7, trailingSeconds: 1e-7 } },
    "a width that is no number": { ...good, shape: { widthSeconds: Number.NaN, trailingSeconds: 0 } },
    ...Object.fromEntries(
      [Number.NaN, -1, 0.5, 65_536 + 100].map((amplitudeCode) => [
        `a code of ${amplitudeCode} before one that is allowed`,
        {
          kind: "shared",
          mask: Uint8Array.of(1, 1, 1, 1),
          steps: [{ ...step, amplitudeCode }, step],
        } satisfies PulseTrain,
      ]),
    ),
    "a train without steps": { kind: "shared", mask: Uint8Array.of(1, 1, 1, 1), steps: [] },
    "a train of too many steps": {
      kind: "shared",
      mask: Uint8Array.of(1, 1, 1, 1),
      steps: new Array(17).fill(step),
    },
  };
  test.each(Object.entries(trains))("%s", async (_, train) => {
    const { chip, calls } = numericalChip(() => 0);
    await expect(withLimits(chip).pulse(region, train)).rejects.toMatchObject({ code: "LIMIT" });
    expect(calls).toEqual([]);
  });

  const regions: Record<string, Partial<Region>> = {
    "an array that is not there": { array: 1 },
    "rows beyond the array": { row: 15 },
    "columns beyond the array": { columns: 17 },
    "no rows": { rows: 0 },
    "half a column": { column: 0.5 },
    "a negative row": { row: -1 },
  };
  test.each(Object.entries(regions))("%s", async (_, change) => {
    const { chip, calls } = numericalChip(() => 0);
    const limited = withLimits(chip);
    await expect(
      limited.read({ ...region, ...change }, { averages: 1, readVolts: 0.2 }),
    ).rejects.toMatchObject({ code: "LIMIT" });
    expect(calls).toEqual([]);
  });

  test.each([
    { averages: 0, readVolts: 0.2 },
    { averages: 17, readVolts: 0.2 },
    { averages: 1.5, readVolts: 0.2 },
    { averages: 1, readVolts: 0.05 },
    { averages: 1, readVolts: 0.31 },
    { averages: 1, readVolts: 0.2, mask: Uint8Array.of(1) },
  ])("a reading with %o", async (options) => {
    const { chip, calls } = numericalChip(() => 0);
    await expect(withLimits(chip).read(region, options)).rejects.toMatchObject({ code: "LIMIT" });
    expect(calls).toEqual([]);
  });

  test("and lets pass what is allowed, the bounds included", async () => {
    const { chip, calls } = numericalChip(() => 0);
    const limited = withLimits(chip);
    await limited.pulse(region, { ...good, amplitudeCodes: Uint16Array.of(top, 0, 0, 0) });
    await limited.pulse(region, { ...good, shape: { widthSeconds: 1e-8, trailingSeconds: 0 } });
    await limited.read(region, { averages: 16, readVolts: 0.3 });
    expect(calls.length).toBe(3);
  });
});

describe("the limits of an MVM", () => {
  const cells = { row: 0, column: 0, rows: 2, columns: 3 };
  const request: MvmRequest = { cells, phases: 1, inputs: Int8Array.of(63, -63, 0, 1) };
  const single = { ...mvmDescriptor, mvm: { ...mvmDescriptor.mvm!, phases: [1 as const] } };

  const refused: Record<string, [Partial<MvmRequest>, RegExp, Descriptor?]> = {
    "a chip without the ability": [{}, /does no MVM in its array/, smallDescriptor],
    "unit cells that are not there": [{ cells: { ...cells, row: 3 } }, /not on the chip/],
    "no rows": [{ cells: { ...cells, rows: 0 } }, /not on the chip/],
    "half a column": [{ cells: { ...cells, columns: 1.5 } }, /not on the chip/],
    "phases that the chip does not have": [{ phases: 4 }, /4 phases, the chip allows 1/, single],
    "half a vector": [{ inputs: new Int8Array(3) }, /3 inputs are no whole vectors/],
    "no vector": [{ inputs: new Int8Array(0) }, /input vectors: 0, the chip allows 1 to 8/],
    "a vector too many": [{ inputs: new Int8Array(18) }, /input vectors: 9, the chip allows 1 to 8/],
    "an input too large": [{ inputs: Int8Array.of(0, 64) }, /input 1: 64, the chip allows -63 to 63/],
    "an input too small": [{ inputs: Int8Array.of(-64, 0) }, /input 0: -64, the chip allows -63 to 63/],
  };
  test.each(Object.entries(refused))("refuse %s, and nothing is sent", async (_, [change, message, on]) => {
    const { chip, sent } = multiplyingChip(on ?? mvmDescriptor);
    const asked = withLimits(chip).mvm({ ...request, ...change });
    await expect(asked).rejects.toMatchObject({ code: "LIMIT", message: expect.stringMatching(message) });
    expect(sent).toEqual([]);
  });

  test("let pass what is allowed, the bounds included", async () => {
    const { chip, sent } = multiplyingChip(mvmDescriptor);
    const inputs = new Int8Array(16).fill(-63);
    await withLimits(chip).mvm({ ...request, phases: 4, inputs });
    expect(sent.map(({ inputs }) => inputs.length)).toEqual([16]);
    const whole = { cells: { row: 0, column: 0, rows: 4, columns: 4 }, phases: 1, inputs } as const;
    expect(() => assertMvmAllowed(mvmDescriptor, whole)).not.toThrow();
  });

  test.each([
    [256, 256, 65_536, 8192],
    [256, 256, 1024, 1024],
    [256, 1, 65_536, 8192],
    [1, 256, 65_536, 8192],
    [1, 1, 65_536, 65_536],
    [65_536, 65_536, 65_536, 32],
    [300, 7, 65_536, 6990],
  ])(
    "%i x %i unit cells of a chip with maxVectors %i take %i vectors",
    (rows, columns, maxVectors, expected) => {
      const descriptor = { ...mvmDescriptor, mvm: { ...mvmDescriptor.mvm!, maxVectors } };
      expect(maxVectorsFor(descriptor, { row: 0, column: 0, rows, columns })).toBe(expected);
      expect(Math.max(rows, columns) * expected).toBeLessThanOrEqual(1 << 21);
    },
  );
});

describe("reference resistors", () => {
  const resistors: Region = { array: 2, row: 1, column: 0, rows: 2, columns: 2 };

  test("may be read", () => {
    expect(() => assertReadAllowed(mvmDescriptor, resistors, { averages: 1, readVolts: 0.2 })).not.toThrow();
  });

  test.each<[string, PulseTrain]>([
    ["a pulse", good],
    ["a pulse for none of them", { ...good, amplitudeCodes: new Uint16Array(4) }],
    ["a train", { kind: "shared", mask: Uint8Array.of(0, 0, 0, 1), steps: [step] }],
  ])("take no pulses: %s is refused", (_, train) => {
    expect(() => assertPulseAllowed(mvmDescriptor, resistors, train)).toThrow(
      "array 2, rows 1..2, columns 0..1 holds reference resistors, which take no pulses",
    );
    expect(() => assertPulseAllowed(mvmDescriptor, { ...resistors, array: 1 }, train)).not.toThrow();
  });
});

test("a limited chip tells its temperature", async () => {
  const { chip } = numericalChip(() => 0);
  expect(await withLimits({ ...chip, temperature: async () => 321 }).temperature()).toBe(321);
});

/** A chip that notes the products it is asked for. */
function multiplyingChip(descriptor: Descriptor): { chip: Chip; sent: readonly MvmRequest[] } {
  const sent: MvmRequest[] = [];
  const mvm = async (request: MvmRequest): Promise<MvmReadout> => {
    sent.push(request);
    const times = { firstSampleSeconds: 0, lastSampleSeconds: 0 };
    return { ...request, ...times, outputs: new Int16Array(0), temperatureKelvin: 300, saturatedOutputs: 0 };
  };
  return { chip: { ...numericalChip(() => 0).chip, descriptor, mvm }, sent };
}

test("bands of a region cover it once, in whole rows, within the limit where a row allows", () => {
  for (const rows of [1, 2, 7, 16]) {
    for (const columns of [1, 5, 16]) {
      for (const limit of [1, 16, 40, 1000]) {
        const bands = rowBands({ array: 0, row: 3, column: 1, rows, columns }, limit);
        expect(bands.reduce((sum, band) => sum + band.rows, 0)).toBe(rows);
        bands.forEach((band, i) => {
          expect(band.row).toBe(3 + bands.slice(0, i).reduce((sum, each) => sum + each.rows, 0));
          expect(band.rows === 1 || band.rows * columns <= limit).toBe(true);
        });
      }
    }
  }
});
