/** A network of two layers for images of 4 x 4, images that fit it or do not, and the same network with faults in its file. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededPrng } from "../../src/core/prng.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { type OnnxModel, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { classifier, ramp } from "../network/networks.ts";

/** Conv 1 -> 2 and Gemm 8 -> classes. */
export const twoLayers = (classes = 3): OnnxModel =>
  classifier({
    nodes: [
      onnxNode("Conv", ["image", "conv.weight"], ["c"]),
      onnxNode("Relu", ["c"], ["r"]),
      onnxNode("Flatten", ["r"], ["f"]),
      onnxNode("Gemm", ["f", "fc.weight", "fc.bias"], ["scores"]),
    ],
    initializers: [
      floatTensor("conv.weight", [2, 1, 3, 3], ramp(18, -0.5, 0.07)),
      floatTensor("fc.weight", [8, classes], ramp(8 * classes, -0.4, 0.03)),
      floatTensor("fc.bias", [classes], ramp(classes, -0.1, 0.1)),
    ],
    input: ["batch", 1, 4, 4],
    classes,
  });

/** Images of side x side with labels 0 to classes - 1 beside them, or without. */
export function writeImages(
  folder: string,
  name: string,
  side: number,
  classes: number,
  withLabels = true,
): string {
  mkdirSync(folder, { recursive: true });
  const count = 130;
  const images = new Uint8Array(16 + count * side * side);
  new DataView(images.buffer).setUint32(0, 0x803);
  for (const [axis, size] of [count, side, side].entries())
    new DataView(images.buffer).setUint32(4 + 4 * axis, size);
  const random = seededPrng(name.length);
  for (let k = 16; k < images.length; k++) images[k] = random.below(256);
  const labels = new Uint8Array(8 + count);
  new DataView(labels.buffer).setUint32(0, 0x801);
  new DataView(labels.buffer).setUint32(4, count);
  for (let n = 0; n < count; n++) labels[8 + n] = n % classes;
  const path = join(folder, `${name}-images-idx3-ubyte`);
  writeFileSync(path, images);
  if (withLabels) writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), labels);
  return path;
}

/** The network with other values in one of its tensors. */
export const withTensor = (name: string, change: (values: number[]) => void): Uint8Array => {
  const whole = twoLayers();
  const initializers = whole.graph.initializers.map((tensor) => {
    if (tensor.name !== name) return tensor;
    const values = [...new Float32Array(Uint8Array.from(tensor.data).buffer)];
    change(values);
    return floatTensor(name, tensor.dims, values);
  });
  return encodeModel({ ...whole, graph: { ...whole.graph, initializers } });
};

/** The network with the weights of its first layer in another file: TensorProto fields 13 (external_data: key 1, value 2) and 14 (data_location 1: EXTERNAL) in place of raw data. */
export function external(location: string): Uint8Array {
  const text = new TextEncoder();
  const field = (number: number, bytes: Uint8Array): number[] => [(number << 3) | 2, bytes.length, ...bytes];
  const entry = Uint8Array.from([...field(1, text.encode("location")), ...field(2, text.encode(location))]);
  const tensor = Uint8Array.from([
    ...[(1 << 3) | 0, 2, (1 << 3) | 0, 1, (1 << 3) | 0, 3, (1 << 3) | 0, 3],
    ...[(2 << 3) | 0, 1],
    ...field(8, text.encode("conv.weight")),
    ...field(13, entry),
    ...[(14 << 3) | 0, 1],
  ]);
  // Fields of a message may be repeated: a second graph is merged into the first.
  const plain = twoLayers();
  const initializers = plain.graph.initializers.filter(({ name }) => name !== "conv.weight");
  const rest = encodeModel({ ...plain, graph: { ...plain.graph, initializers } });
  return Uint8Array.from([...rest, ...field(7, Uint8Array.from(field(5, tensor)))]);
}
