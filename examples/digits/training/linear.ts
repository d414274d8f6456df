/** The fully connected layer: logits = x W^T + b. */

import type { Batch, Pass } from "./batch.ts";
import { addProduct, matrix, transposed } from "./matmul.ts";
import type { Parameter, WeightsOf } from "./parameter.ts";

export interface Linear {
  /** Outputs x inputs. */
  readonly weight: Parameter;
  readonly bias: Parameter;
}

/** The input is count x inputs x 1 x 1. */
export function project({ weight, bias }: Linear, input: Batch, weightsOf: WeightsOf): Pass {
  const { count, channels } = input;
  const outputs = bias.value.length;
  const weights = matrix(weightsOf(weight), outputs, channels);
  const inputs = matrix(input.data, count, channels);
  const data = Float64Array.from({ length: count * outputs }, (_, i) => bias.value[i % outputs]!);
  addProduct(inputs, transposed(weights), matrix(data, count, outputs));
  const backward = (gradient: Batch): Batch => {
    const slopes = matrix(gradient.data, count, outputs);
    addProduct(transposed(slopes), inputs, matrix(weight.gradient, outputs, channels));
    gradient.data.forEach((slope, i) => {
      bias.gradient[i % outputs]! += slope;
    });
    const back = new Float64Array(input.data.length);
    addProduct(slopes, weights, matrix(back, count, channels));
    return { ...input, data: back };
  };
  return { output: { data, count, channels: outputs, height: 1, width: 1 }, backward };
}
