/** What modelled converters and read noise do to a validation. */

import { describe, expect, it } from "vitest";
import { type ArrayArguments, modelledArrayOf } from "../../src/cli/actions/modelled-array.ts";
import { arrayModelling } from "../../src/cli/validate/array-modelling.ts";
import { instanceOf } from "../../src/cli/validate/instance.ts";
import { measureInstance, runsOf } from "../../src/cli/validate/measure.ts";
import { sourceOf } from "../../src/cli/validate/source.ts";
import { parseCompensation } from "../../src/inference/compensation.ts";
import { evaluate } from "../../src/inference/executor.ts";
import { digitalParameters } from "../../src/inference/graph.ts";
import { readImages } from "../../src/inference/images.ts";
import { openStore } from "../../src/store/store.ts";
import { chipStore, imagesFor, normalisation, onnxOf } from "./validated-chips.ts";

const onnx = onnxOf(1);
const exactly = { ageSeconds: 3600, siemens: (targets: Float32Array) => targets };

async function measured(args: ArrayArguments, draws = 1) {
  const store = openStore(chipStore(onnx, [exactly]), { mode: "read" });
  const instance = instanceOf(store, "chip", 3600, undefined);
  store.close();
  const test = await readImages(await imagesFor(onnx));
  const options = { normalisation, threads: 1 };
  const calibration = { ...options, images: test, seed: 1 };
  let runs = 0;
  const job = {
    inputs: { test, sources: {}, options, calibration: undefined },
    compensation: parseCompensation("none"),
    modelling: arrayModelling(modelledArrayOf(args), calibration),
    ...{ seed: 1, draws, remark: () => {}, progress: () => runs++ },
  };
  const findings = await measureInstance(job, instance);
  expect(runs).toBe(runsOf(job, instance));
  const digital = await evaluate(instance.network, digitalParameters(instance.network), test, options);
  return sourceOf("chip", [{ instance, findings }], digital, 3600);
}

describe("a chip that holds its targets", () => {
  it("loses by its converters alone what they cost, the more the fewer bits they have", async () => {
    const coarse = await measured({ dacBits: 3, adcBits: 3 });
    const fine = await measured({ dacBits: 8, adcBits: 10 });
    const [mapping, programming, converters] = coarse.attribution.effects;
    expect(converters?.name).toBe("converters");
    expect([mapping?.added.loss, programming?.added.loss]).toEqual([0, 0]);
    expect(converters?.alone.loss).toBeGreaterThan(0.02);
    expect(converters?.added.loss).toBeCloseTo(coarse.drop, 12);
    expect(coarse.attribution.remainder).toBeCloseTo(0, 12);
    const [bits, more] = [coarse, fine].map(({ layers }) => layers[0]?.own.effectiveBits ?? 0);
    expect(more! - bits!).toBeGreaterThan(4);
    expect(fine.drop).toBeLessThan(coarse.drop);
  });

  it("has other accuracies with other draws of its read noise, and an interval over them", async () => {
    const noisy = await measured({ readNoise: "pcm:1d" }, 4);
    expect(noisy.attribution.effects.map(({ name }) => name)).toEqual([
      "mapping",
      "programming",
      "read noise",
    ]);
    expect(noisy.instances.map(({ name }) => name)).toEqual([1, 2, 3, 4].map((draw) => `chip, draw ${draw}`));
    expect(noisy).toMatchObject({ intervalOver: "repeats" });
    expect(noisy.deviation).toBeGreaterThan(0);
    expect(noisy.layers[0]?.own.mvmError).toBeGreaterThan(0.01);
    // The weights themselves are exact.
    expect(noisy.layers[0]?.random.mvmError).toBeLessThan(1e-4);
  });

  it("is as it was without a model", async () => {
    const { attribution, layers } = await measured({});
    expect(attribution.effects.map(({ name }) => name)).toEqual(["mapping", "programming"]);
    expect(layers[0]?.own.mvmError).toBeLessThan(1e-4);
  });
});
