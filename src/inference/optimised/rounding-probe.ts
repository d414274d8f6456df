/**
 * Whether convolutions on blocks round as `converters.ts` wants it: not promised by ONNX Runtime, and different kernels serve different
 * processors, so it is tried before it is used. Pure.
 */

import { type OnnxModel, onnxModel, onnxNode } from "../../network/onnx/model.ts";
import { floatTensor } from "../../network/onnx/tensor.ts";
import { blockedDomain } from "./blocked-layout.ts";
import { integers } from "./converters.ts";

/** So small that a sum which began as the large number, or came by it on the way, would have lost some of them. */
const value = 0.03;
/** Outputs fill one block or more on every processor. */
const columns = 32;

/** Convolutions that have kernels of their own: of images in one plane a channel, of blocks, and of single pixels. */
const kinds = {
  planes: { channels: 3, side: 3 },
  blocks: { channels: 64, side: 3 },
  pixels: { channels: 64, side: 1 },
} as const;

const ofAll = (length: number, number: number): Float32Array => new Float32Array(length).fill(number);

/** All values of a tensor are equal, so that their layout does not matter. */
const graph = onnxModel(
  {
    nodes: Object.keys(kinds).map((name) => ({
      ...onnxNode("Conv", [`${name}::x`, `${name}::w`, "bias"], [name], {
        attributes: [
          { name: "activation", type: "string", value: "Clip" },
          { name: "activation_params", type: "floats", value: [integers - 127, integers + 127] },
        ],
      }),
      domain: blockedDomain,
    })),
    initializers: [
      floatTensor("bias", [columns], new Float32Array(columns).fill(integers)),
      ...Object.entries(kinds).flatMap(([name, { channels, side }]) => [
        floatTensor(`${name}::x`, [1, channels, side, side], ofAll(channels * side * side, value)),
        floatTensor(
          `${name}::w`,
          [columns, channels, side, side],
          ofAll(columns * channels * side * side, 1),
        ),
      ]),
    ],
    inputs: [],
    outputs: Object.keys(kinds).map((name) => ({ name, type: "float32", shape: [1, columns, 1, 1] })),
  },
  { opset: 13 },
);

/** One convolution of each kind. */
export const roundingProbe: OnnxModel = {
  ...graph,
  opsets: [...graph.opsets, { domain: blockedDomain, version: 1 }],
};

/** @param outputs of the probe, by name. */
export const isRounded = (outputs: ReadonlyMap<string, { readonly values: Float32Array }>): boolean =>
  Object.entries(kinds).every(([name, { channels, side }]) => {
    const sum = integers + Math.round(channels * side * side * value);
    const values = outputs.get(name)?.values ?? [];
    return values.length === columns && values.every((given) => given === sum);
  });
