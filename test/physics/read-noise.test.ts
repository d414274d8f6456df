import { expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { openEmulator, programLevel, stripOf } from "./lab.ts";
import { measureReadNoise, measureSpectralSlope } from "./laws.ts";
import { levels } from "./published.ts";
import { relativeError } from "./statistics.ts";

const rows = 32;
const chip = await openEmulator(
  { ...builtinProfile("tiny"), arrays: [{ name: "A", rows: rows * levels.length, columns: 64 }] },
  5,
);

test.each(levels.slice(1))(
  "read noise has accumulated as published after 5 s, 1 h and 1 d at g = %f",
  async (level) => {
    const programmed = await programLevel(chip, stripOf(chip, Math.round(10 * level), rows), level);
    for (const age of [5, 3600, 86_400]) {
      const comparison = await measureReadNoise(chip, programmed, age);
      expect(relativeError(comparison), `${age} s: ${JSON.stringify(comparison)}`).toBeLessThan(0.1);
    }
  },
);

test.each([0.2, 0.8])(
  "the power spectrum of one device read 65,536 times falls as 1/f at g = %f",
  async (level) => {
    const cell = { array: 0, row: 0, column: Math.round(10 * level), rows: 1, columns: 1 };
    const { endSeconds } = await programLevel(chip, cell, level);
    await chip.waitUntil(endSeconds + 3600);
    const slope = await measureSpectralSlope(chip, cell, { readings: 8192, series: 8, averages: 16 });
    expect(slope).toBeGreaterThan(-1.15);
    expect(slope).toBeLessThan(-0.85);
  },
);
