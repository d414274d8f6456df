/** The rungs of the compensation ladder beyond GDC and AdaBS, on weights whose errors they can undo exactly. */

import { describe, expect, it, test } from "vitest";
import { affineCorrection, pooledStatistics } from "../../calibration/compensation/affine.ts";
import { columnScales } from "../../calibration/compensation/per-column.ts";
import { seededPrng } from "../../src/core/prng.ts";
import {
  CompensationLadder,
  compensatePerColumn,
  type LayerWeights,
  parseCompensation,
} from "../../src/inference/compensation.ts";
import {
  digitalParameters,
  type Parameters,
  scaledColumns,
  withParameters,
} from "../../src/inference/graph.ts";
import { normalisations } from "../../src/inference/normalisation.ts";
import { openSession } from "../../src/inference/session.ts";
import type { Network } from "../../src/network/layer.ts";
import { intsAttribute, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf } from "../../src/network/read.ts";
import { classifier, convNet, ramp } from "../network/networks.ts";
import { randomImages } from "./image-sets.ts";

const images = randomImages(seededPrng(2), 60, [2, 4, 4]);
const calibration = {
  images,
  normalisation: normalisations.none,
  threads: 1,
  batches: 3,
  batchSize: 20,
  seed: 1,
};

/** Conv, ReLU, MatMul, ReLU, MatMul: the batch norm of the export is folded into the convolution's bias. */
const folded = networkOf(
  classifier({
    nodes: [
      onnxNode("Conv", ["image", "conv.weight", "conv.bias"], ["c"], {
        attributes: [intsAttribute("kernel_shape", [3, 3]), intsAttribute("pads", [1, 1, 1, 1])],
      }),
      onnxNode("Relu", ["c"], ["r"]),
      onnxNode("GlobalAveragePool", ["r"], ["p"]),
      onnxNode("Flatten", ["p"], ["f"]),
      onnxNode("MatMul", ["f", "hidden.weight"], ["h"]),
      onnxNode("Relu", ["h"], ["hr"]),
      onnxNode("MatMul", ["hr", "out.weight"], ["scores"]),
    ],
    initializers: [
      floatTensor("conv.weight", [3, 2, 3, 3], ramp(54, -1.3, 0.05)),
      floatTensor("conv.bias", [3], [0.1, -0.2, 0.3]),
      floatTensor("hidden.weight", [3, 4], ramp(12, -0.6, 0.11)),
      floatTensor("out.weight", [4, 2], ramp(8, 0.7, -0.2)),
    ],
    input: ["batch", 2, 4, 4],
    classes: 2,
  }),
);

/** Every column has a gain of its own. */
const skewed = (network: Network): LayerWeights =>
  network.layers.map(({ weights, columns }, layer) =>
    weights.map((weight, at) => weight * (0.4 + 0.1 * layer + 0.15 * (at % columns))),
  );

async function scores(network: Network, parameters: Parameters): Promise<Float32Array> {
  const session = await openSession(network, withParameters(network, parameters), { threads: 1 });
  const input = Float32Array.from(images.pixels.subarray(0, 32 * 40), (byte) => byte / 255);
  const outputs = await session.run(input, 40, [2, 4, 4]);
  await session.close();
  return outputs.get("scores")?.values ?? new Float32Array();
}

const worst = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), a.length === b.length ? 0 : 1);

describe("a compensation's name", () => {
  test.each([
    ["none", "none", "none", false, false, false],
    ["gdc", "gdc", "layer", false, false, false],
    ["adabs", "adabs", "layer", true, false, false],
    ["gdc+adabs", "adabs", "layer", true, false, false],
    ["retune", "retune", "layer", false, true, false],
    ["affine + per-column", "per-column+affine", "column", false, false, true],
    ["affine+adabs", "adabs+affine", "layer", true, false, true],
  ])("%s is %s", (text, name, scale, adabs, retune, affine) => {
    expect(parseCompensation(text)).toEqual({ name, scale, adabs, retune, affine });
  });

  test.each(["", "magic", "none+gdc", "gdc+per-column", "gdc+", "none+affine", "adabs+retune"])(
    "%j is refused",
    (text) => {
      expect(() => parseCompensation(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
    },
  );
});

describe("one factor for each column", () => {
  it("undoes gains of columns exactly", () => {
    const { parameters, alphas, cost } = compensatePerColumn(
      folded,
      digitalParameters(folded).weights,
      skewed(folded),
    );
    for (const [layer, weights] of parameters.weights.entries())
      expect(
        worst(scaledColumns(weights, parameters.scales?.[layer]), folded.layers[layer]!.weights),
      ).toBeLessThan(1e-6);
    // 1 / 0.4, 1 / 0.55 and 1 / 0.7 of the first layer.
    expect(alphas[0]).toBeCloseTo((1 / 0.4 + 1 / 0.55 + 1 / 0.7) / 3, 5);
    expect(cost).toEqual({ mvms: 19 + 3 + 4, images: 0, operations: 9 });
  });

  it("leaves columns of zeros alone, and bounds those that have lost everything", () => {
    const scales = columnScales(Float32Array.of(0, 2, 1, 0, -2, 1), Float32Array.of(5, 1, 0, 5, -1, 0), 3);
    expect(scales[0]).toBe(1);
    expect(scales[1]).toBe(2);
    expect(scales[2]).toBeCloseTo(1 / 2e-4, 0);
    expect(() => columnScales(new Float32Array(6), new Float32Array(4), 2)).toThrow(TypeError);
    expect(() => columnScales(new Float32Array(5), new Float32Array(5), 2)).toThrow(TypeError);
  });
});

describe("a scale and an offset for each column", () => {
  const reference = digitalParameters(folded).weights;

  it("gives back the digital scores of a network whose batch norm is folded", async () => {
    const ladder = new CompensationLadder(folded, calibration);
    const now = skewed(folded);
    const expected = await scores(folded, digitalParameters(folded));
    const before = await ladder.compensate(parseCompensation("gdc"), reference, now);
    const { parameters, cost } = await ladder.compensate(parseCompensation("affine"), reference, now);
    expect(worst(await scores(folded, before.parameters), expected)).toBeGreaterThan(0.05);
    expect(worst(await scores(folded, parameters), expected)).toBeLessThan(2e-3);
    expect(cost).toEqual({ mvms: 26, images: 60, operations: 18 });
  });

  it("corrects what AdaBS does not reach, and nothing else", async () => {
    const network = networkOf(convNet());
    const ladder = new CompensationLadder(network, calibration);
    const own = digitalParameters(network).weights;
    const both = await ladder.compensate(parseCompensation("adabs+affine"), own, skewed(network));
    expect(both.parameters.offsets?.[0]).toBeUndefined();
    expect(both.parameters.offsets?.[1]).toHaveLength(2);
    const alone = await ladder.compensate(parseCompensation("adabs"), own, skewed(network));
    expect(both.parameters.batchNorms).toEqual(alone.parameters.batchNorms);
    expect(both.parameters.scales?.[0]).toEqual(alone.parameters.scales?.[0]);
    expect(both.cost.images).toBe(120);
  });

  it("is the same again with the same seed", async () => {
    const run = () =>
      new CompensationLadder(folded, calibration).compensate(
        parseCompensation("per-column+affine"),
        reference,
        skewed(folded),
      );
    expect(await run()).toEqual(await run());
  });

  it("needs images", async () => {
    const ladder = new CompensationLadder(folded, undefined);
    const call = ladder.compensate(parseCompensation("affine"), reference, reference);
    await expect(call).rejects.toThrow(TypeError);
  });

  it("takes means and deviations to those that are wanted, and does not blow up a dead column", () => {
    const statistics = (mean: number[], variance: number[]) => ({
      mean: Float32Array.from(mean),
      variance: Float32Array.from(variance),
    });
    const { scale, offset } = affineCorrection(
      statistics([1, 2, 3], [4, 9, 1]),
      statistics([5, 2, 7], [1, 36, 0]),
    );
    expect([...scale]).toEqual([2, 0.5, 1]);
    expect([...offset]).toEqual([-9, 1, -4]);
    const pooled = pooledStatistics([statistics([1], [2]), statistics([3], [4])]);
    expect([pooled.mean[0], pooled.variance[0]]).toEqual([2, 4]);
    expect(() => pooledStatistics([])).toThrow(TypeError);
  });
});
