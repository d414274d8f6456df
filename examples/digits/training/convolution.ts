/** 3 x 3 convolution without bias, padded by one pixel. */

import { type Batch, type Pass, withData } from "./batch.ts";
import { addProduct, matrix, transposed } from "./matmul.ts";
import type { Parameter, WeightsOf } from "./parameter.ts";
import { gatherPatches, outputSide, patchShape, patchSources, scatterPatches } from "./patches.ts";

export interface Convolution {
  /** Output channels x input channels x 3 x 3. */
  readonly weight: Parameter;
  readonly stride: number;
}

/** The gradient is that at the weights in use, noisy or not, and belongs to the clean ones. */
export function convolve({ weight, stride }: Convolution, input: Batch, weightsOf: WeightsOf): Pass {
  const work = layOut(input, stride);
  const kernel = weightsOf(weight);
  const output: Batch = {
    data: outputOf(work, kernel, input, weight.shape[0]!),
    count: input.count,
    channels: weight.shape[0]!,
    height: outputSide(input.height, stride),
    width: outputSide(input.width, stride),
  };
  return {
    output,
    backward: (gradient) => {
      addKernelGradient(work, weight, input, gradient);
      return inputGradient(work, kernel, input, gradient);
    },
  };
}

/** What all images of a batch share: one matrix of patches, used for one image after the other. */
interface Work {
  readonly sources: Int32Array;
  readonly rows: number;
  readonly area: number;
  readonly patches: Float64Array;
  readonly imageSize: number;
}

function layOut({ channels, height, width }: Batch, stride: number): Work {
  const geometry = { channels, height, width, stride };
  const [rows, area] = patchShape(geometry);
  const patches = new Float64Array(rows * area);
  return { sources: patchSources(geometry), rows, area, patches, imageSize: channels * height * width };
}

/** Y = W patches, image by image. */
function outputOf(work: Work, kernel: Float64Array, input: Batch, outputs: number): Float64Array {
  const { sources, rows, area, patches, imageSize } = work;
  const data = new Float64Array(input.count * outputs * area);
  for (let n = 0; n < input.count; n++) {
    gatherPatches(input.data, n * imageSize, sources, patches);
    const output = matrix(data, outputs, area, n * outputs * area);
    addProduct(matrix(kernel, outputs, rows), matrix(patches, rows, area), output);
  }
  return data;
}

/** dL/dW += dL/dY patches^T. */
function addKernelGradient(work: Work, weight: Parameter, input: Batch, gradient: Batch): void {
  const { sources, rows, area, patches, imageSize } = work;
  const outputs = gradient.channels;
  const sums = matrix(weight.gradient, outputs, rows);
  for (let n = 0; n < input.count; n++) {
    gatherPatches(input.data, n * imageSize, sources, patches);
    const slopes = matrix(gradient.data, outputs, area, n * outputs * area);
    addProduct(slopes, transposed(matrix(patches, rows, area)), sums);
  }
}

/** dL/dX = W^T dL/dY, every patch added back to the pixels that it was taken from. */
function inputGradient(work: Work, kernel: Float64Array, input: Batch, gradient: Batch): Batch {
  const { sources, rows, area, patches, imageSize } = work;
  const outputs = gradient.channels;
  const weights = transposed(matrix(kernel, outputs, rows));
  const data = new Float64Array(input.data.length);
  for (let n = 0; n < input.count; n++) {
    const slopes = matrix(gradient.data, outputs, area, n * outputs * area);
    addProduct(weights, slopes, matrix(patches.fill(0), rows, area));
    scatterPatches(patches, sources, data, n * imageSize);
  }
  return withData(input, data);
}
