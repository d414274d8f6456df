/** A network with a shortcut, for graphs that are optimised. */

import { seededPrng } from "../../../src/core/prng.ts";
import type { Network } from "../../../src/network/layer.ts";
import { intsAttribute, onnxNode } from "../../../src/network/onnx/model.ts";
import { floatTensor } from "../../../src/network/onnx/tensor.ts";
import { networkOf } from "../../../src/network/read.ts";
import { classifier, ramp } from "../../network/networks.ts";

/** Channels, height and width of its images. */
export const imageShape = [3, 8, 8];

/** A residual block: of 20 channels, which no block of the machine's layout has, or of 16, which fill one. */
export function residual(channels: number, opset: number): Network {
  const same = { attributes: [intsAttribute("kernel_shape", [3, 3]), intsAttribute("pads", [1, 1, 1, 1])] };
  const prng = seededPrng(channels);
  const normal = (name: string, dims: readonly number[], mean = 0) =>
    floatTensor(
      name,
      dims,
      Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => mean + 0.3 * prng.normal()),
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
      input: ["batch", ...imageShape],
      classes: 4,
      opset,
    }),
  );
}
