/** The bench `drift` does the same with 16,384 devices a level; three standard errors of a coverage of 0.95 are 0.013 here. */

import { expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { compareWithTruth, logSpacedAges, openDriftLab, readDrift } from "./drift-truth.ts";
import { programLevel, stripOf } from "./lab.ts";

const rows = 40;
const ages = logSpacedAges(25, 86_400, 40);
const levels = [0.1, 0.2, 0.5, 1];
const lab = await openDriftLab(
  { ...builtinProfile("tiny"), arrays: [{ name: "A", rows: rows * levels.length, columns: 64 }] },
  3,
);

test.each([...levels.entries()])(
  "fits of a day of 40 reads find the exponents that the devices have, and their intervals hold them (strip %i, g = %f)",
  async (index, level) => {
    const programmed = await programLevel(lab.chip, stripOf(lab.chip, index, rows), level);
    const readings = await readDrift(lab.chip, programmed, ages);
    const { meanErrorPercent, coverage } = compareWithTruth(lab, programmed, readings);
    expect(Math.abs(meanErrorPercent)).toBeLessThan(2);
    expect(coverage).toBeGreaterThan(0.93);
    expect(coverage).toBeLessThan(0.97);
  },
);
