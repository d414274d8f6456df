import { describe, expect, it } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import { statisticsOutputs, withBatchStatistics } from "../../src/inference/batch-statistics.ts";
import { fusedStatistics } from "../../src/inference/fused-statistics.ts";
import { digitalParameters, withParameters } from "../../src/inference/graph.ts";
import { type Outputs, openSession, optimisedModel } from "../../src/inference/session.ts";
import type { Network } from "../../src/network/layer.ts";
import { intsAttribute, type OnnxModel, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf } from "../../src/network/read.ts";
import { classifier, convNet, ramp } from "../network/networks.ts";

const threads = 1;
const count = 6;

/** A residual block: of 20 channels, which no block of the machine's layout has, or of 16, which fill one. */
function residual(channels: number, opset: number): Network {
  const same = { attributes: [intsAttribute("kernel_shape", [3, 3]), intsAttribute("pads", [1, 1, 1, 1])] };
  const prng = seededPrng(channels);
  const normal = (name: string, dims: readonly number[], mean = 0) =>
    floatTensor(
      name,
      dims,
      Array.from({ length: dims.reduce((a, b) => a * b) }, () => mean + 0.3 * prng.normal()),
    );
  const norm = (name: string) => [
    normal(`${name}g`, [channels], 1),
    normal(`${name}b`, [channels]),
    normal(`${name}m`, [channels]),
    floatTensor(`${name}v`, [channels], ramp(channels, 1, 0.1)),
  ];
  return networkOf(
    classifier({
      nodes: [
        onnxNode("Conv", ["image", "w1"], ["c1"], same),
        onnxNode("BatchNormalization", ["c1", "1g", "1b", "1m", "1v"], ["n1"]),
        onnxNode("Relu", ["n1"], ["r1"]),
        onnxNode("Conv", ["r1", "w2", "bias2"], ["c2"], same),
        onnxNode("BatchNormalization", ["c2", "2g", "2b", "2m", "2v"], ["n2"]),
        onnxNode("Add", ["n2", "r1"], ["a2"]),
        onnxNode("Relu", ["a2"], ["r2"]),
        onnxNode("GlobalAveragePool", ["r2"], ["p"]),
        onnxNode("Flatten", ["p"], ["f"]),
        onnxNode("Gemm", ["f", "w3"], ["scores"]),
      ],
      initializers: [
        normal("w1", [channels, 3, 3, 3]),
        normal("w2", [channels, channels, 3, 3]),
        // Far from 0 beside its spread: what moments about 0 lose most of.
        normal("bias2", [channels], 40),
        normal("w3", [channels, 4]),
        ...norm("1"),
        ...norm("2"),
      ],
      input: ["batch", 3, 8, 8],
      classes: 4,
      opset,
    }),
  );
}

async function outputsOf(network: Network, model: OnnxModel, optimised: boolean): Promise<Outputs> {
  const { shape } = network.input;
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

async function fused(network: Network): Promise<OnnxModel | undefined> {
  const statistics = fusedStatistics(network, withParameters(network, digitalParameters(network)));
  const graph = statistics && (await optimisedModel(statistics.model, { threads }));
  return graph && statistics?.withStatistics(graph);
}

describe("batch statistics in the optimised graph", () => {
  it.each([
    [16, 13],
    [20, 13],
    [20, 21],
  ])(
    "are those of the plain graph, and so are the scores (%i channels, opset %i)",
    async (channels, opset) => {
      const network = residual(channels, opset);
      const model = await fused(network);
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
    expect(fusedStatistics(network, network.model)?.withStatistics(network.model)).toBeUndefined();
  });
});
