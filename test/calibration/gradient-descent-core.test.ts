import { expect, test } from "vitest";
import { decisiveSeconds, equalPulses, errorRatio } from "../bench/program-gradient.ts";

// The published figure of this work is that of the whole core, by `npm run bench -- program`.
test("a descent on an emulated HERMES core leaves a smaller error of products than program-and-verify with as many pulses", async () => {
  const { iterative, gdp } = await equalPulses({ rows: 256, columns: 4, vectors: 1024, seed: 3 });
  expect(gdp.pulses).toBeLessThanOrEqual(iterative.pulses);
  expect(errorRatio(gdp, iterative, decisiveSeconds)).toBeLessThan(0.85);
}, 60_000);
