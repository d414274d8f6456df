/**
 * The network's graph with the digital network beside it: both see the same batch, every batch normalisation becomes the line that brings
 * its inputs closest to what the digital one gives, and the moments that the line follows from are outputs. One pass serves all layers,
 * each after those before it.
 */

import type { Network } from "../network/layer.ts";
import type { OnnxModel, OnnxNode, OnnxTensor } from "../network/onnx/model.ts";
import { batchNormLine, jointOutputs, jointTensors } from "./joint-moments.ts";
import { momentTensors } from "./moments.ts";

const prefix = "digital::";

/** @param model the network's model, with any weights. */
export function besideDigital(network: Network, model: OnnxModel): OnnxModel {
  const norms = new Map(
    network.batchNorms.map((norm) => [network.model.graph.nodes[norm.node]?.outputs[0], norm]),
  );
  const nodes = model.graph.nodes.flatMap((node) => {
    const norm = norms.get(node.outputs[0]);
    return norm === undefined ? [node] : batchNormLine(model, node, norm, `${prefix}${node.outputs[0]}`);
  });
  const digital = renamed(network.model.graph.nodes);
  const used = new Set(digital.flatMap(({ inputs }) => inputs));
  const missing = network.model.graph.initializers.filter(({ name }) => used.has(name));
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: [...digital, ...nodes],
      initializers: byName([
        ...model.graph.initializers,
        ...missing,
        ...momentTensors(model),
        ...jointTensors,
      ]),
      outputs: [...model.graph.outputs, ...network.batchNorms.flatMap((norm) => jointOutputs(norm).infos)],
    },
  };
}

/** Values that nodes give get names of their own; inputs of the graph and constants are shared. */
function renamed(nodes: readonly OnnxNode[]): OnnxNode[] {
  const own = new Set(nodes.flatMap(({ outputs }) => outputs));
  const name = (value: string): string => (own.has(value) && value !== "" ? `${prefix}${value}` : value);
  return nodes.map((node) => ({
    ...node,
    name: `${prefix}${node.name}`,
    inputs: node.inputs.map(name),
    outputs: node.outputs.map(name),
  }));
}

const byName = (tensors: readonly OnnxTensor[]): OnnxTensor[] => [
  ...new Map(tensors.map((tensor) => [tensor.name, tensor])).values(),
];
