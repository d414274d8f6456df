import { expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { openEmulator, programLevel, stripOf } from "./lab.ts";
import { measureDrift } from "./laws.ts";
import { levels } from "./published.ts";
import { relativeError } from "./statistics.ts";

const rows = 40;
const reads = 30;
const chip = await openEmulator(
  { ...builtinProfile("tiny"), arrays: [{ name: "A", rows: rows * levels.length, columns: 64 }] },
  11,
);

test.each(levels.slice(1))(
  "drift exponents fitted over a day follow the published laws at g = %f",
  async (level) => {
    const programmed = await programLevel(chip, stripOf(chip, Math.round(10 * level), rows), level);
    const drift = await measureDrift(chip, programmed, reads);
    expect(relativeError(drift.mean), JSON.stringify(drift.mean)).toBeLessThan(0.05);
    expect(relativeError(drift.spread), JSON.stringify(drift.spread)).toBeLessThan(0.15);
    // The correction is one: it takes less than half of the variance.
    expect(drift.noiseOfFit).toBeLessThan(drift.spread.published);
  },
);
