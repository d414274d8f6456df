/** Layers whose products are computed by nodes of their own, with the scale and the offset of software behind them. */

import { describe, expect, it } from "vitest";
import { seededPrng } from "../../src/core/prng.ts";
import {
  digitalParameters,
  type LayerProduct,
  type Parameters,
  withParameters,
} from "../../src/inference/graph.ts";
import { openSession } from "../../src/inference/session.ts";
import type { Network } from "../../src/network/layer.ts";
import { tensorsOf } from "../../src/network/matrix.ts";
import { intsAttribute, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { networkOf } from "../../src/network/read.ts";
import { classifier, ramp } from "../network/networks.ts";
import { randomImages } from "./image-sets.ts";

const count = 7;
const input = Float32Array.from(
  randomImages(seededPrng(5), count, [2, 4, 4]).pixels,
  (byte) => byte / 255 - 0.5,
);

/** A convolution, a product of matrices with a bias behind it, and a Gemm with factors. */
const network = (bias: "array" | "digital"): Network =>
  networkOf(
    classifier({
      nodes: [
        onnxNode("Conv", ["image", "conv.weight", "conv.bias"], ["c"], {
          attributes: [intsAttribute("kernel_shape", [3, 3])],
        }),
        onnxNode("Relu", ["c"], ["r"]),
        onnxNode("Flatten", ["r"], ["f"]),
        onnxNode("MatMul", ["f", "hidden.weight"], ["h"]),
        onnxNode("Gemm", ["h", "out.weight", "out.bias"], ["scores"]),
      ],
      initializers: [
        floatTensor("conv.weight", [3, 2, 3, 3], ramp(54, -1.3, 0.05)),
        floatTensor("conv.bias", [3], [0.1, -0.2, 0.3]),
        floatTensor("hidden.weight", [12, 4], ramp(48, -0.6, 0.03)),
        floatTensor("out.weight", [4, 2], ramp(8, 0.7, -0.2)),
        floatTensor("out.bias", [2], [0.5, -0.5]),
      ],
      input: ["batch", 2, 4, 4],
      classes: 2,
    }),
    { bias },
  );

/** The layer's own node again, under another name. */
const exact: LayerProduct = {
  nodes({ layer, node, weights, input: from, output, prefix }) {
    const { weight, bias } = tensorsOf(layer, weights);
    const tensors = [
      floatTensor(`${prefix}::w`, layer.weightDims, weight),
      ...(layer.biasInArray && bias !== undefined
        ? [floatTensor(`${prefix}::b`, [layer.columns], bias)]
        : []),
    ];
    const inputs = [from, ...tensors.map(({ name }) => name)];
    return { nodes: [{ ...node, inputs, outputs: [output] }], tensors };
  },
};

async function scores(of: Network, parameters: Parameters): Promise<Float32Array> {
  const session = await openSession(of, withParameters(of, parameters), { threads: 1 });
  const outputs = await session.run(input, count, [2, 4, 4]);
  await session.close();
  return outputs.get("scores")?.values ?? new Float32Array();
}

describe.each(["array", "digital"] as const)("products of nodes of their own, biases %s", (bias) => {
  const own = network(bias);
  const plain = digitalParameters(own);
  const products = own.layers.map(() => exact);
  const scales = own.layers.map(({ columns }, layer) =>
    Float32Array.from({ length: columns }, (_, column) => 0.5 + 0.25 * layer + 0.125 * column),
  );
  const offsets = own.layers.map(({ columns }) => Float32Array.from({ length: columns }, (_, k) => k - 1));

  it.each([
    ["alone", {}],
    ["scaled", { scales }],
    ["moved", { offsets }],
    ["scaled and moved", { scales, offsets }],
    ["scaled in one layer", { scales: [undefined, scales[1], undefined] }],
  ])("give what the layers give: %s", async (_, software) => {
    const expected = await scores(own, { ...plain, ...software });
    const given = await scores(own, { ...plain, ...software, products });
    expect(expected.some((value) => value !== 0)).toBe(true);
    given.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 3);
    });
  });
});
