/** A network file to the layers that go onto the array and the graph that stays digital. */

import { LabError } from "../core/errors.ts";
import { type BiasPlace, type Product, productOf } from "./analog.ts";
import { withSymbolicBatch } from "./batch.ts";
import { batchNormOf } from "./batch-norm.ts";
import { foldConstants } from "./fold.ts";
import type { AnalogLayer, Network, NetworkInput, NetworkOutput } from "./layer.ts";
import { decodeModel } from "./onnx/codec.ts";
import type { OnnxGraph, OnnxModel, OnnxValueInfo } from "./onnx/model.ts";
import { tensorValues } from "./onnx/tensor.ts";
import { assertSupported, nodeText } from "./operators.ts";

export interface ReadNetworkOptions {
  /** "array" gives every bias a row of devices driven with input 1 (the count of Joshi et al. 2020); "digital" adds it in software. */
  readonly bias?: BiasPlace;
}

/**
 * Reads an ONNX classifier (one float32 input of shape batch x ..., one output batch x classes).
 * @throws LabError BAD_NETWORK, UNSUPPORTED_OPERATOR naming the node, tensor or value.
 */
export function readNetwork(bytes: Uint8Array, options: ReadNetworkOptions = {}): Network {
  return networkOf(decodeModel(bytes), options);
}

/** As `readNetwork`, from a decoded model. */
export function networkOf(model: OnnxModel, options: ReadNetworkOptions = {}): Network {
  assertSupported(model.graph.nodes, model.opsets);
  const graph = withSymbolicBatch(foldConstants(model.graph));
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const products = graph.nodes.flatMap((node, index): Product[] => {
    const product = productOf(node, index, constants, options.bias ?? "array");
    return product === undefined ? [] : [product];
  });
  const layers = products.flatMap((product) => ("analog" in product ? [product.analog] : []));
  assertLayers(layers, graph);
  assertNumbers(graph);
  return {
    // Initializers that are no inputs are allowed since IR version 4.
    model: { ...model, irVersion: Math.max(4, model.irVersion), graph },
    input: inputOf(graph),
    output: outputOf(graph),
    layers: withUniqueNames(layers),
    batchNorms: graph.nodes.flatMap((node, index) => batchNormOf(node, index, constants) ?? []),
    digitalLayers: products.flatMap((product) => ("digital" in product ? [product.digital] : [])),
  };
}

function assertLayers(layers: readonly AnalogLayer[], graph: OnnxGraph): void {
  if (layers.length === 0) {
    throw new LabError("BAD_NETWORK", "no layer of the network can go onto an array", {
      next: "use a network with Conv, Gemm or MatMul layers whose weights are constant",
    });
  }
  for (const layer of layers) assertNotShared(layer, graph);
}

/** Layers say where theirs are; a statistic or a weight that stays digital makes as little sense when it is no number. */
function assertNumbers({ initializers }: OnnxGraph): void {
  for (const tensor of initializers) {
    if (tensor.type !== "float32") continue;
    const at = tensorValues(tensor).findIndex(Number.isNaN);
    if (at < 0) continue;
    throw new LabError("BAD_NETWORK", `value ${at} of tensor "${tensor.name}" is not a number`, {
      next: "train the network again, and check the file that it was exported to",
    });
  }
}

function assertNotShared(layer: AnalogLayer, graph: OnnxGraph): void {
  const weight = graph.nodes[layer.node]?.inputs[1] ?? "";
  const users = graph.nodes.filter((node) => node.inputs.includes(weight));
  if (users.length < 2) return;
  throw new LabError("BAD_NETWORK", `weight "${weight}" is shared by ${users.map(nodeText).join(" and ")}`, {
    next: "give every layer its own weights; one set of devices cannot serve two layers here",
  });
}

function inputOf(graph: OnnxGraph): NetworkInput {
  const input = only(graph.inputs, "input");
  if (input.type !== "float32" || input.shape === undefined || input.shape.length < 2) {
    throw new LabError("BAD_NETWORK", `input "${input.name}" is not a batch of float32 images`, {
      next: "export the network with a float32 input of shape (batch, channels, height, width)",
    });
  }
  return { name: input.name, shape: input.shape.slice(1).map(sizeOf) };
}

function outputOf(graph: OnnxGraph): NetworkOutput {
  const output = only(graph.outputs, "output");
  if (output.type !== "float32" || (output.shape !== undefined && output.shape.length !== 2)) {
    const shape = output.shape?.join(" x ");
    throw new LabError(
      "BAD_NETWORK",
      `output "${output.name}" (${output.type}, ${shape}) is not batch x classes`,
      {
        next: "export a classifier that gives one float32 score for each class",
      },
    );
  }
  return { name: output.name, classes: output.shape === undefined ? undefined : sizeOf(output.shape[1]) };
}

function only(infos: readonly OnnxValueInfo[], what: string): OnnxValueInfo {
  const [first] = infos;
  if (first !== undefined && infos.length === 1) return first;
  const names = infos.map(({ name }) => `"${name}"`).join(", ");
  throw new LabError("BAD_NETWORK", `the network has ${infos.length} ${what}s (${names}), not one`, {
    next: `export a network with one ${what}`,
  });
}

const sizeOf = (dim: number | string | undefined): number | undefined =>
  typeof dim === "number" && dim > 0 ? dim : undefined;

/** Names are keys of records and reports; a repeated one gets the index of its node. */
function withUniqueNames(layers: readonly AnalogLayer[]): AnalogLayer[] {
  const seen = new Set<string>();
  return layers.map((layer) => {
    const name = seen.has(layer.name) ? `${layer.name}#${layer.node}` : layer.name;
    seen.add(name);
    return { ...layer, name };
  });
}
