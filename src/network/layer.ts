/** What a network is to the rest of the program: analog layers, batch normalisations, and the graph around them. */

import type { OnnxModel } from "./onnx/model.ts";

/** How the weight tensor of the file relates to the matrix: (columns, rows...) as in Conv, or (rows, columns) as in MatMul. */
export type WeightLayout = "columns-first" | "rows-first";

/** One matrix that runs on the array: output = input (1 x rows) times weights (rows x columns). */
export interface AnalogLayer {
  readonly name: string;
  readonly kind: "conv" | "gemm" | "matmul";
  /** Inputs: cin * kh * kw for a convolution (im2col order: channel, kernel row, kernel column), plus one for a bias in the array. */
  readonly rows: number;
  /** Outputs. */
  readonly columns: number;
  /** rows x columns, row by row; with `biasInArray` the last row is the bias, driven with input 1. */
  readonly weights: Float32Array;
  readonly biasInArray: boolean;
  /** The bias that is added digitally: one for each column. Undefined when there is none or it is in the array. */
  readonly digitalBias: Float32Array | undefined;
  /** Index of the node in the graph. */
  readonly node: number;
  readonly layout: WeightLayout;
  /** Shape of the weight tensor that the node takes. */
  readonly weightDims: readonly number[];
}

/** Statistics that AdaBS replaces; one value for each channel. */
export interface BatchNormStatistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export interface BatchNorm extends BatchNormStatistics {
  readonly name: string;
  readonly channels: number;
  /** Index of the node in the graph. */
  readonly node: number;
}

/** A matrix product that stays digital, and why. */
export interface DigitalLayer {
  readonly name: string;
  readonly reason: string;
}

export interface Network {
  /** The graph with constants folded into initializers and the batch dimension symbolic. */
  readonly model: OnnxModel;
  readonly input: NetworkInput;
  readonly output: NetworkOutput;
  readonly layers: readonly AnalogLayer[];
  readonly batchNorms: readonly BatchNorm[];
  readonly digitalLayers: readonly DigitalLayer[];
}

export interface NetworkInput {
  readonly name: string;
  /** Shape of one example, without the batch; undefined where the file leaves a size open. */
  readonly shape: readonly (number | undefined)[];
}

export interface NetworkOutput {
  readonly name: string;
  /** Undefined when the file does not say. */
  readonly classes: number | undefined;
}

/** Weights of all layers, biases in the array included: 361,722 for the ResNet-32 of Joshi et al. 2020. */
export const weightCount = (layers: readonly AnalogLayer[]): number =>
  layers.reduce((sum, layer) => sum + layer.rows * layer.columns, 0);
