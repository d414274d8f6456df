/** The trained network from its ONNX file. */

import { seededPrng } from "../../../src/core/prng.ts";
import type { OnnxModel } from "../../../src/network/onnx/model.ts";
import { tensorValues } from "../../../src/network/onnx/tensor.ts";
import { analogWeights, createNetwork, digitalParameters, type Network, unitsOf } from "./network.ts";

/** Reads back what `toOnnx` wrote for a network of the same widths. */
export function restoreNetwork(model: OnnxModel, widths: readonly number[]): Network {
  const network = createNetwork(widths, 10, seededPrng(0));
  const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const fill = (name: string, target: Float64Array): void => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new RangeError(`the file has no tensor "${name}"`);
    target.set(tensorValues(tensor));
  };
  for (const { name, value } of [...analogWeights(network), ...digitalParameters(network)]) fill(name, value);
  for (const { norm } of unitsOf(network)) {
    fill(`${norm.name}.mean`, norm.mean);
    fill(`${norm.name}.variance`, norm.variance);
  }
  return network;
}
