/** Small networks and chips for tests, made with our own encoder. */

import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { Prng } from "../../src/core/prng.ts";
import type { AnalogLayer } from "../../src/network/layer.ts";
import {
  intAttribute,
  intsAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  onnxModel,
  onnxNode,
} from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";

/** Values that are all different and easy to recognise: first, first + step, ... */
export const ramp = (count: number, first: number, step: number): number[] =>
  Array.from({ length: count }, (_, k) => first + k * step);

export interface ModelParts {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly input: readonly (number | string)[];
  readonly classes: number;
  readonly opset?: number;
}

/** A classifier from "image" to "scores". */
export const classifier = ({ nodes, initializers, input, classes, opset = 13 }: ModelParts): OnnxModel =>
  onnxModel(
    {
      nodes,
      initializers,
      inputs: [{ name: "image", type: "float32", shape: input }],
      outputs: [{ name: "scores", type: "float32", shape: [input[0] ?? "batch", classes] }],
    },
    { opset },
  );

/** Conv 2 -> 3 with bias, batch norm, ReLU, global average, Gemm 3 -> 2 with bias: 4 x 4 images with 2 channels. */
export function convNet(opset = 13): OnnxModel {
  return classifier({
    nodes: [
      onnxNode("Conv", ["image", "conv.weight", "conv.bias"], ["c"], {
        attributes: [intsAttribute("kernel_shape", [3, 3]), intsAttribute("pads", [1, 1, 1, 1])],
      }),
      onnxNode(
        "BatchNormalization",
        ["c", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"],
        ["n"],
      ),
      onnxNode("Relu", ["n"], ["r"]),
      onnxNode("GlobalAveragePool", ["r"], ["p"]),
      onnxNode("Flatten", ["p"], ["f"]),
      onnxNode("Gemm", ["f", "fc.weight", "fc.bias"], ["scores"], {
        attributes: [intAttribute("transB", 1)],
      }),
    ],
    initializers: [
      floatTensor("conv.weight", [3, 2, 3, 3], ramp(54, -1.3, 0.05)),
      floatTensor("conv.bias", [3], [0.1, -0.2, 0.3]),
      floatTensor("bn.weight", [3], [1, 1.5, 0.5]),
      floatTensor("bn.bias", [3], [0, 0.5, -0.5]),
      floatTensor("bn.running_mean", [3], [0.1, 0.2, 0.3]),
      floatTensor("bn.running_var", [3], [1, 2, 3]),
      floatTensor("fc.weight", [2, 3], [1, -2, 3, -1, 2, -3]),
      floatTensor("fc.bias", [2], [0.5, -0.5]),
    ],
    input: ["batch", 2, 4, 4],
    classes: 2,
    opset,
  });
}

/** A matrix of weights as a layer of its own. */
export const layerOf = (rows: number, columns: number, weights: Float32Array): AnalogLayer => ({
  name: `${rows}x${columns}`,
  kind: "matmul",
  rows,
  columns,
  weights,
  biasInArray: false,
  digitalBias: undefined,
  node: 0,
  layout: "rows-first",
  weightDims: [rows, columns],
});

/** Weights like those of a trained layer: normal, of standard deviation 1. */
export const normalLayer = (rows: number, columns: number, prng: Prng): AnalogLayer =>
  layerOf(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => prng.normal()),
  );

/** Four arrays of devices as the unit cells of one core that multiplies. */
export const coreOf = (rows: number, columns: number, maxCellsPerRequest = 65_536): Descriptor => ({
  ...chipWith(
    Array.from({ length: 4 }, () => ({ rows, columns })),
    maxCellsPerRequest,
  ),
  mvm: {
    inputBits: 8,
    outputBits: 8,
    fullScaleSiemens: 200e-6,
    readVolts: 0.2,
    phaseSeconds: 130e-9,
    phases: [1, 4],
    plusArrays: [0, 1],
    minusArrays: [2, 3],
    maxVectors: 64,
  },
});

/** A chip with the given arrays; everything else is plausible and beside the point here. */
export const chipWith = (
  arrays: readonly { readonly rows: number; readonly columns: number }[],
  maxCellsPerRequest = 65_536,
): Descriptor => ({
  protocol: "1.0",
  manufacturer: "test",
  model: "test",
  serialNumber: "1",
  firmware: "1",
  emulated: true,
  arrays: arrays.map((array, index) => ({ name: `array${index}`, ...array })),
  read: {
    adcBits: 8,
    fullScaleSiemens: 50e-6,
    minVolts: 0.1,
    maxVolts: 0.3,
    sampleSeconds: 1e-6,
    maxAverages: 16,
  },
  program: {
    dacBits: 10,
    fullScaleAmperes: 500e-6,
    maxAmperes: 450e-6,
    minWidthSeconds: 50e-9,
    maxWidthSeconds: 2e-6,
    maxTrailingSeconds: 0,
    maxSteps: 16,
  },
  maxCellsPerRequest,
  features: [],
});
