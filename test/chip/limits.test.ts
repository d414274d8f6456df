import { describe, expect, test } from "vitest";
import { largestAllowedDacCode, withLimits } from "../../src/chip/limits.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { type Region, rowBands } from "../../src/chip/region.ts";
import { numericalChip, smallDescriptor } from "./numerical-chip.ts";

const region: Region = { array: 0, row: 0, column: 0, rows: 2, columns: 2 };
const good: PulseTrain = {
  kind: "per-cell",
  shape: { widthSeconds: 1e-7, trailingSeconds: 0 },
  amplitudeCodes: Uint16Array.of(1, 0, 2, 3),
};
const step = { amplitudeCode: 100, widthSeconds: 1e-7, trailingSeconds: 0 };

describe("withLimits refuses and sends nothing", () => {
  const top = largestAllowedDacCode(smallDescriptor);
  const trains: Record<string, PulseTrain> = {
    "a current above the largest": { ...good, amplitudeCodes: Uint16Array.of(top + 1, 0, 0, 0) },
    "a train for another number of cells": { ...good, amplitudeCodes: Uint16Array.of(1) },
    "a pulse too short": { ...good, shape: { widthSeconds: 5e-9, trailingSeconds: 0 } },
    "a pulse too long": { ...good, shape: { widthSeconds: 2e-5, trailingSeconds: 0 } },
    "an edge that the board cannot make": { ...good, shape: { widthSeconds: 1e-7, trailingSeconds: 1e-7 } },
    "a width that is no number": { ...good, shape: { widthSeconds: Number.NaN, trailingSeconds: 0 } },
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
