/** The probe of convolutions that round: it must tell those that add the large number last from others. */

import { describe, expect, test } from "vitest";
import { blockedDomain } from "../../../src/inference/optimised/blocked-layout.ts";
import { integers } from "../../../src/inference/optimised/converters.ts";
import { isRounded, roundingProbe } from "../../../src/inference/optimised/rounding-probe.ts";
import { constantOutputs, optimisedModel } from "../../../src/inference/session.ts";
import { residual } from "./residual.ts";

const outputsOf = (sums: readonly [number, number, number]) =>
  new Map(
    ["planes", "blocks", "pixels"].map((name, n) => [
      name,
      { values: new Float32Array(32).fill(integers + sums[n]!) },
    ]),
  );

describe("the probe of rounding convolutions", () => {
  test("takes sums of 0.81, 17.28 and 1.92 as 1, 17 and 2", () => {
    expect(isRounded(outputsOf([1, 17, 2]))).toBe(true);
  });

  test("refuses sums that lost what was added to the large number one by one, or block by block", () => {
    expect(isRounded(outputsOf([0, 0, 0]))).toBe(false);
    expect(isRounded(outputsOf([1, 16, 2]))).toBe(false);
    expect(isRounded(outputsOf([1, 17, 0]))).toBe(false);
    expect(isRounded(new Map())).toBe(false);
  });

  test("is passed by ONNX Runtime on a processor with blocks", async ({ skip }) => {
    const optimised = await optimisedModel(residual(16, 13).model, { threads: 1 });
    if (!optimised?.graph.nodes.some(({ domain }) => domain === blockedDomain))
      skip("no blocks on this processor");
    const outputs = await constantOutputs(roundingProbe, { threads: 1 });
    expect(outputs !== undefined && isRounded(outputs)).toBe(true);
  });
});
