import { describe, expect, it } from "vitest";
import { seededPrng } from "../../../src/core/prng.ts";
import { statisticsOutputs, withBatchStatistics } from "../../../src/inference/batch-statistics.ts";
import { digitalParameters, withParameters } from "../../../src/inference/graph.ts";
import { fusedStatistics } from "../../../src/inference/optimised/fused-statistics.ts";
import { type Outputs, openSession, optimisedModel } from "../../../src/inference/session.ts";
import type { Network } from "../../../src/network/layer.ts";
import { type OnnxModel, onnxNode } from "../../../src/network/onnx/model.ts";
import { floatTensor } from "../../../src/network/onnx/tensor.ts";
import { networkOf } from "../../../src/network/read.ts";
import { classifier, convNet } from "../../network/networks.ts";
import { imageShape, residual } from "./residual.ts";

const threads = 1;
const count = 6;

async function outputsOf(network: Network, model: OnnxModel, optimised: boolean): Promise<Outputs> {
  const shape = imageShape;
  const size = shape.reduce((a, b) => a * b, count);
  const prng = seededPrng(1);
  const images = Float32Array.from({ length: size }, () => prng.normal());
  const session = await openSession(network, model, { threads, optimised });
  try {
    return await session.run(images, count, shape);
  } finally {
    await session.close();
  }
}

async function fused(network: Network, inBlocks: boolean): Promise<OnnxModel | undefined> {
  const statistics = fusedStatistics(network, withParameters(network, digitalParameters(network)));
  if (!inBlocks) return statistics?.withStatistics(statistics.model, count);
  const graph = statistics && (await optimisedModel(statistics.model, { threads }));
  return graph && statistics?.withStatistics(graph, count);
}

describe("batch statistics in the optimised graph", () => {
  it.each([
    [16, 13, true],
    [20, 13, true],
    [20, 21, true],
    // As on a machine without blocks.
    [20, 13, false],
    [20, 21, false],
  ])(
    "are those of the plain graph, and so are the scores (%i channels, opset %i, optimised: %s)",
    async (channels, opset, inBlocks) => {
      const network = residual(channels, opset);
      const model = await fused(network, inBlocks);
      if (model === undefined) throw new Error("the stand-ins were not found");
      const own = await outputsOf(network, model, true);
      const plain = await outputsOf(
        network,
        withBatchStatistics(network, withParameters(network, digitalParameters(network))),
        false,
      );
      for (const norm of network.batchNorms) {
        const { mean, variance, count: values } = statisticsOutputs(norm);
        expect(own.get(values)?.values[0]).toBe(count * 64);
        expect(plain.get(values)?.values[0]).toBe(count * 64);
        const spread = Math.sqrt(plain.get(variance)?.values[0] ?? 0);
        plain.get(mean)?.values.forEach((value, channel) => {
          expect(Math.abs((own.get(mean)?.values[channel] ?? 0) - value)).toBeLessThan(1e-4 * spread);
        });
        plain.get(variance)?.values.forEach((value, channel) => {
          expect(Math.abs((own.get(variance)?.values[channel] ?? 0) / value - 1)).toBeLessThan(1e-3);
        });
      }
      plain.get("scores")?.values.forEach((value, place) => {
        expect(own.get("scores")?.values[place]).toBeCloseTo(value, 3);
      });
    },
  );

  it("are left to the plain graph behind a fully connected layer", () => {
    const network = networkOf(
      classifier({
        nodes: [
          onnxNode("MatMul", ["image", "w"], ["h"]),
          onnxNode("BatchNormalization", ["h", "one", "zero", "zero", "one"], ["scores"]),
        ],
        initializers: [
          floatTensor("w", [2, 2], [1, 2, 3, 4]),
          floatTensor("one", [2], [1, 1]),
          floatTensor("zero", [2], [0, 0]),
        ],
        input: ["batch", 2],
        classes: 2,
      }),
    );
    expect(fusedStatistics(network, network.model)).toBeUndefined();
  });

  it("are left to the plain graph when a stand-in was optimised away", () => {
    const network = networkOf(convNet());
    expect(fusedStatistics(network, network.model)?.withStatistics(network.model, count)).toBeUndefined();
  });
});
