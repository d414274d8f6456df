/**
 * ONNX Runtime's convolution on blocks takes a second addend and a ReLU behind the sum, which spares two passes over an image. Its own
 * optimiser joins them only where it has followed the shapes of both addends through the graph. Pure.
 */

import type { OnnxAttribute, OnnxModel, OnnxNode } from "../../network/onnx/model.ts";
import { blockedDomain } from "./blocked-layout.ts";
import { GraphIndex } from "./graph-index.ts";

const relu: OnnxAttribute = { name: "activation", type: "string", value: "Relu" };

/** @param optimised a graph of ONNX Runtime's optimiser; whatever is added to a convolution on blocks has its shape. */
export function withSumsInConvolutions(optimised: OnnxModel): OnnxModel {
  const model = withoutFlatSums(optimised);
  const { graph } = model;
  const index = new GraphIndex(model);
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const gone = new Set<OnnxNode>();
  /** By the name of what it gives. */
  const convolutions = new Map<string, OnnxNode>();
  const nodes: OnnxNode[] = [];
  const give = (node: OnnxNode): void => {
    if (isPlainConvolution(node)) convolutions.set(node.outputs[0] ?? "", node);
    nodes.push(node);
  };
  for (const node of graph.nodes) {
    const own = node.inputs.find((name) => convolutions.has(name) && index.uses(name) === 1);
    const convolution = convolutions.get(own ?? "");
    const other = node.inputs.find((name) => name !== own);
    if (convolution === undefined) give(node);
    else if (
      node.opType === "Add" &&
      other !== undefined &&
      !constants.has(other) &&
      !hasAddend(convolution)
    ) {
      gone.add(convolution);
      give({ ...convolution, inputs: withAddend(convolution, other), outputs: node.outputs });
    } else if (node.opType === "Relu" && hasAddend(convolution)) {
      gone.add(convolution);
      give({ ...convolution, attributes: [...convolution.attributes, relu], outputs: node.outputs });
    } else give(node);
  }
  return { ...model, graph: { ...graph, nodes: nodes.filter((node) => !gone.has(node)) } };
}

/** Sums of blocks as they are, which the optimiser makes of flat views where it has not followed both shapes. */
function withoutFlatSums(model: OnnxModel): OnnxModel {
  const index = new GraphIndex(model);
  const blocks = new Set<string>();
  /** Names of the blocks that a flat value is a view of. */
  const flat = new Map<string, string>();
  const sums = new Map<string, OnnxNode>();
  const nodes: OnnxNode[] = [];
  const giveBlocks = (node: OnnxNode): void => {
    blocks.add(node.outputs[0] ?? "");
    nodes.push(node);
  };
  for (const node of model.graph.nodes) {
    const [input = "", output = ""] = [node.inputs[0], node.outputs[0]];
    const sum = node.opType === "Reshape" ? sums.get(input) : undefined;
    if (sum !== undefined) giveBlocks({ ...sum, outputs: node.outputs });
    else if (node.domain === blockedDomain && node.opType !== "ReorderOutput") giveBlocks(node);
    else if (node.opType === "Relu" && blocks.has(input)) giveBlocks(node);
    else if (node.opType === "Add" && index.uses(output) === 1 && node.inputs.every((name) => flat.has(name)))
      sums.set(output, { ...node, inputs: node.inputs.map((name) => flat.get(name) ?? name) });
    else {
      if (node.opType === "Reshape" && blocks.has(input)) flat.set(output, input);
      nodes.push(node);
    }
  }
  const kept = { ...model, graph: { ...model.graph, nodes } };
  // A flat sum that is no view of blocks again is not expected of the optimiser, and leaves the graph as it was.
  const used = new GraphIndex(kept);
  if ([...sums.keys()].some((name) => used.uses(name) > 0)) return model;
  const needed = nodes.filter(({ outputs: [name = ""] }) => !flat.has(name) || used.uses(name) > 0);
  return { ...model, graph: { ...model.graph, nodes: needed } };
}

const isPlainConvolution = ({ domain, opType, attributes }: OnnxNode): boolean =>
  domain === blockedDomain && opType === "Conv" && !attributes.some(({ name }) => name === "activation");

const hasAddend = ({ inputs }: OnnxNode): boolean => (inputs[3] ?? "") !== "";

const withAddend = ({ inputs: [data = "", weight = "", bias = ""] }: OnnxNode, addend: string): string[] => [
  data,
  weight,
  bias,
  addend,
];
