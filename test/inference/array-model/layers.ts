/** Networks of one layer on small arrays, and their products computed on the host from patches of the images. */

import type { Descriptor } from "../../../src/chip/descriptor.ts";
import { seededPrng } from "../../../src/core/prng.ts";
import type { LayerArray } from "../../../src/inference/array-model/model.ts";
import { digitalParameters, type Parameters, withParameters } from "../../../src/inference/graph.ts";
import { openSession } from "../../../src/inference/session.ts";
import type { Network } from "../../../src/network/layer.ts";
import { mapLayer, tileTargets } from "../../../src/network/mapping.ts";
import { intAttribute, intsAttribute, onnxNode } from "../../../src/network/onnx/model.ts";
import { floatTensor } from "../../../src/network/onnx/tensor.ts";
import { type PlacementOptions, placeNetwork, tilesOfLayer } from "../../../src/network/placement.ts";
import { networkOf } from "../../../src/network/read.ts";
import { parseScale } from "../../../src/network/scale.ts";
import { classifier } from "../../network/networks.ts";

export const gmaxSiemens = 25e-6;

const normal = (seed: number, count: number): Float32Array => {
  const prng = seededPrng(seed);
  return Float32Array.from({ length: count }, () => prng.normal());
};

/** 3 channels of 7 x 6 to 4 columns with 3 x 2 kernels, strided, dilated, padded: 18 rows, and the bias. */
export const convolution = (opset = 13): Network =>
  networkOf(
    classifier({
      nodes: [
        onnxNode("Conv", ["image", "w", "b"], ["scores"], {
          attributes: [
            intsAttribute("kernel_shape", [3, 2]),
            intsAttribute("strides", [2, 1]),
            intsAttribute("dilations", [1, 2]),
            intsAttribute("pads", [1, 0, 1, 1]),
          ],
        }),
      ],
      initializers: [
        floatTensor("w", [4, 3, 3, 2], normal(1, 72)),
        floatTensor("b", [4], [0.3, -0.8, 0.6, 0.1]),
      ],
      input: ["batch", 3, 7, 6],
      classes: 4,
      opset,
    }),
    { bias: "array" },
  );

/** The inputs of the rows at each position of the convolution's output, as its attributes say; 3 x 5 positions. */
export function convolutionPatches(image: Float32Array): number[][] {
  const positions: number[][] = [];
  for (let y = 0; y < 4; y++)
    for (let x = 0; x < 5; x++) {
      const rows: number[] = [];
      for (let channel = 0; channel < 3; channel++)
        for (let ky = 0; ky < 3; ky++)
          for (let kx = 0; kx < 2; kx++) {
            const [row, column] = [2 * y + ky - 1, x + 2 * kx];
            const inside = row >= 0 && row < 7 && column < 6;
            rows.push(inside ? (image[channel * 42 + row * 6 + column] ?? 0) : 0);
          }
      positions.push([...rows, 1]);
    }
  return positions;
}

/** 10 inputs to 3 columns. */
export const connected = (kind: "gemm" | "gemm transposed" | "matmul", opset = 13): Network => {
  const attributes = kind === "gemm transposed" ? [intAttribute("transB", 1)] : [];
  const shape = kind === "gemm transposed" ? [3, 10] : [10, 3];
  const node =
    kind === "matmul"
      ? onnxNode("MatMul", ["image", "w"], ["scores"])
      : onnxNode("Gemm", ["image", "w", "b"], ["scores"], { attributes });
  return networkOf(
    classifier({
      nodes: [node],
      initializers: [
        floatTensor("w", shape, normal(2, 30)),
        ...(kind === "matmul" ? [] : [floatTensor("b", [3], [0.3, -0.8, 0.6])]),
      ],
      input: ["batch", 10],
      classes: 3,
      opset,
    }),
    { bias: "array" },
  );
};

/** The layers as their exact targets, where they are placed. */
export const idealArrays = (
  network: Network,
  descriptor: Descriptor,
  options: PlacementOptions = {},
  scale = "layer",
): LayerArray[] => {
  const placement = placeNetwork(network.layers, descriptor, options);
  return network.layers.map((layer, index) => {
    const devicesPerWeight = options.devicesPerWeight ?? 2;
    const mapping = mapLayer(layer, { scale: parseScale(scale), gmaxSiemens, devicesPerWeight });
    const tiles = tilesOfLayer(placement, index);
    const conductances = tiles.map((tile) => tileTargets(layer, tile, mapping));
    return { tiles, conductances, siemensPerWeight: mapping.siemensPerWeight };
  });
};

/** What the network gives, with the weights of the file. */
export async function outputsOf(
  network: Network,
  products: Parameters["products"],
  input: Float32Array,
  count: number,
): Promise<Float32Array> {
  const parameters = { ...digitalParameters(network), ...(products && { products }) };
  const session = await openSession(network, withParameters(network, parameters), { threads: 1 });
  const outputs = await session.run(input, count, network.input.shape.map(Number));
  await session.close();
  return outputs.get("scores")?.values ?? new Float32Array();
}

/** Values from -1 to 1. */
export const uniformInputs = (seed: number, count: number): Float32Array => {
  const prng = seededPrng(seed);
  return Float32Array.from({ length: count }, () => 2 * prng.uniform() - 1);
};
