/** The bench `fidelity` does the same with 20,480 devices. */

import { expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { measureGradualSet, publishedGradualSet, setPulses } from "./gradual-set.ts";
import { openEmulator } from "./lab.ts";
import { relativeError } from "./statistics.ts";

const seed = 7;

test("mean and spread of the conductance follow the published model for blind SET pulses 1 to 20", async () => {
  const chip = await openEmulator(
    { ...builtinProfile("tiny"), arrays: [{ name: "A", rows: 160, columns: 64 }] },
    seed,
  );
  const region = { array: 0, row: 0, column: 0, rows: 160, columns: 64 };
  const { mean, spread } = await measureGradualSet(chip, region, seed);
  expect(mean.length).toBe(setPulses);
  for (const comparison of [...mean, ...spread])
    expect(relativeError(comparison), JSON.stringify(comparison)).toBeLessThan(0.1);
});

test("the model by itself begins with the step that FACTS 2 gives for a fresh RESET", () => {
  const [first, second] = publishedGradualSet(50_000, seed);
  // Steps below -G are cut off at 0.1 uS, which lifts the mean from 0.1 + 1.82 uS a little.
  expect(first!.mean).toBeGreaterThan(1.9e-6);
  expect(first!.mean).toBeLessThan(2.3e-6);
  expect(second!.mean).toBeGreaterThan(first!.mean);
});
