/** The parts of a sweep that need no chip. */

import { describe, expect, test } from "vitest";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { modelledArrayOf } from "../../src/cli/actions/modelled-array.ts";
import { chipDigest, isFrom } from "../../src/cli/sweep/identity.ts";
import { instanceName, parseSeeds, variantName, variantsOf } from "../../src/cli/sweep/instances.ts";
import { type InstanceAccuracy, sweepPoints } from "../../src/cli/sweep/statistics.ts";
import { sweepTable } from "../../src/cli/sweep/table.ts";
import { renderSweep } from "../../src/report/sweep.ts";
import type { JsonObject } from "../../src/store/identity.ts";

describe("seeds", () => {
  test.each([
    ["1..3", [1, 2, 3]],
    ["7", [7]],
    ["1,2, 5..6,2", [1, 2, 5, 6]],
    ["0", [0]],
  ])("%s", (text, seeds) => expect(parseSeeds(text)).toEqual(seeds));

  test.each(["", "3..1", "1..", "a", "1..5000", "-1", "1.5"])("%j are refused", (text) => {
    expect(() => parseSeeds(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

test("every way of programming is one variant, with a store of its own for each chip", () => {
  const variants = variantsOf("layer, column,layer", "melt-quench,residual", 2);
  expect(variants.map(variantName)).toEqual([
    "melt-quench, scale layer",
    "melt-quench, scale column",
    "residual, scale layer",
    "residual, scale column",
  ]);
  const names = variants.flatMap((variant) =>
    [1, 12].map((seed) => instanceName({ ...variant, seed }, "0f")),
  );
  expect(new Set(names).size).toBe(8);
  expect(instanceName({ scale: "percentile:99.9", algorithm: "residual", devices: 4, seed: 1 }, "0f")).toBe(
    "residual-percentile_99.9-4-1-0f.db",
  );
  expect(() => variantsOf("layer", "magic", 2)).toThrow(/choose|magic/);
});

describe("what was found before", () => {
  const conditions = { onnx: Uint8Array.of(1), profile: builtinProfile("tiny"), gmax: "25uS", bias: "array" };

  test.each([
    ["network", { onnx: Uint8Array.of(2) }],
    ["profile", { profile: builtinProfile("fusion-1m") }],
    ["largest conductance", { gmax: "20uS" }],
    ["place of the biases", { bias: "digital" }],
    ["late verification", { verifyAt: "20s" }],
  ])("is of another chip with another %s", (_, changed) => {
    expect(chipDigest({ ...conditions, ...changed })).not.toBe(chipDigest(conditions));
    expect(chipDigest({ ...conditions })).toBe(chipDigest(conditions));
  });

  const sources = { images: { sha256: "a" }, normalisation: { mean: [0] }, augment: "flip" };
  const details = { ...sources, seed: 3, alphas: [1] };

  test("is taken when images, and calibration images where they count, are the same", () => {
    const from = (name: string, seed: number, changed: object = {}): boolean =>
      isFrom(details, name, { sources: { ...sources, ...changed }, modelled: undefined }, seed);
    expect(from("adabs", 3)).toBe(true);
    expect(from("adabs", 4)).toBe(false);
    expect(from("gdc", 4)).toBe(true);
    expect(from("digital", 4)).toBe(true);
    expect(from("adabs", 3, { augment: "crop4" })).toBe(false);
    expect(from("gdc", 3, { images: { sha256: "b" } })).toBe(false);
  });

  test("is taken when the same was modelled of the arrays, with the same ranges", () => {
    const modelled = modelledArrayOf({ dacBits: 8 });
    const noise = modelledArrayOf({ readNoise: "pcm" });
    const of = (array: typeof modelled): JsonObject => ({
      ...details,
      modelled: { text: array?.text ?? "" },
    });
    expect(isFrom(of(modelled), "gdc", { sources, modelled }, 3)).toBe(true);
    expect(isFrom(of(modelled), "gdc", { sources, modelled }, 4)).toBe(false);
    expect(isFrom(of(noise), "gdc", { sources, modelled: noise }, 4)).toBe(true);
    expect(isFrom(of(noise), "gdc", { sources, modelled }, 3)).toBe(false);
    expect(isFrom(details, "gdc", { sources, modelled }, 3)).toBe(false);
    expect(isFrom(of(modelled), "gdc", { sources, modelled: undefined }, 3)).toBe(false);
    expect(isFrom(details, "digital", { sources, modelled }, 4)).toBe(true);
  });
});

const of = (seed: number, compensation: string, accuracy: number): InstanceAccuracy => ({
  ...{ variant: "melt-quench, scale layer", ageSeconds: 86_400, digital: 0.9 },
  ...{ seed, compensation, accuracy },
});

describe("the points of a sweep", () => {
  // Accuracies 0.86, 0.88 and 0.9 have the mean 0.88 and the deviation 0.02; t of two degrees of freedom is 4.3027.
  const points = sweepPoints([
    of(1, "gdc", 0.86),
    of(2, "gdc", 0.88),
    of(3, "gdc", 0.9),
    of(1, "adabs", 0.89),
  ]);

  test("are means over chips with Student's intervals", () => {
    const [gdc, adabs] = points;
    expect(gdc).toMatchObject({ compensation: "gdc", instances: 3 });
    expect(gdc?.accuracy).toBeCloseTo(0.88, 12);
    expect(gdc?.drop).toBeCloseTo(0.02, 12);
    expect(gdc?.deviation).toBeCloseTo(0.02, 12);
    expect(gdc?.interval?.low).toBeCloseTo(0.88 - (4.30265 * 0.02) / Math.sqrt(3), 5);
    expect(gdc?.interval?.high).toBeCloseTo(0.88 + (4.30265 * 0.02) / Math.sqrt(3), 5);
    expect(adabs).toMatchObject({ instances: 1, interval: null, deviation: null });
  });

  test("are a table of losses, and a page with a figure and its data", () => {
    expect(sweepTable(points, 0.9)).toMatch(/1 d +2\.00 ± 2\.00 +1\.00$/m);
    const page = renderSweep({ network: "net", profile: "tiny", images: 100, digital: 0.9, points });
    expect(page).toContain("melt-quench, scale layer");
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(2);
    expect(page).toContain("88");
    expect(page).not.toMatch(/NaN|undefined/);
  });
});
