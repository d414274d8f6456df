/**
 * A graph cut at the products that are left to an array: each stage is an ONNX model, and behind it come the products whose inputs are
 * known then. Values that a later stage needs are outputs of one stage and inputs of the other. Pure.
 *
 * A node belongs to the first stage in which all its inputs are known, the outputs of a product being known one stage after it.
 */

import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from "../network/onnx/model.ts";
import { isArrayProduct } from "./array-product.ts";
import { valueTypes } from "./value-types.ts";

export interface Stage {
  /** Undefined when nothing is to be computed before the products. */
  readonly model: OnnxModel | undefined;
  readonly products: readonly OnnxNode[];
  /** Names of the values that a later stage or the user needs, out of those that are known when this one is done. */
  readonly kept: ReadonlySet<string>;
}

/** The model itself when it leaves no product to an array. */
export function stagesOf(model: OnnxModel): Stage[] {
  const { nodes, outputs } = model.graph;
  if (!nodes.some(isArrayProduct)) return [{ model, products: [], kept: new Set(namesOf(outputs)) }];
  const numbers = stageNumbers(nodes);
  const groups = Array.from({ length: Math.max(...numbers) + 1 }, (_, stage) =>
    nodes.filter((_, index) => numbers[index] === stage),
  );
  const infos = infosOf(model.graph);
  const known = new Set(namesOf(model.graph.inputs));
  return groups.map((group, number) => {
    for (const name of group.flatMap((node) => node.outputs)) known.add(name);
    const stage = stageOf(model, infos, group, groups.slice(number + 1).flat());
    return { ...stage, kept: new Set([...stage.kept].filter((name) => known.has(name))) };
  });
}

function stageNumbers(nodes: readonly OnnxNode[]): number[] {
  const known = new Map<string, number>();
  return nodes.map((node) => {
    const stage = Math.max(0, ...node.inputs.map((name) => known.get(name) ?? 0));
    for (const name of node.outputs) known.set(name, isArrayProduct(node) ? stage + 1 : stage);
    return stage;
  });
}

function stageOf(
  model: OnnxModel,
  infos: ReadonlyMap<string, OnnxValueInfo>,
  group: readonly OnnxNode[],
  later: readonly OnnxNode[],
): Stage {
  const products = group.filter(isArrayProduct);
  const nodes = group.filter((node) => !isArrayProduct(node));
  const needed = new Set([...inputsOf(later), ...namesOf(model.graph.outputs)]);
  if (nodes.length === 0) return { model: undefined, products, kept: needed };
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const used = inputsOf(nodes);
  const initializers = model.graph.initializers.filter(({ name }) => used.has(name));
  const own = new Set([...made, ...namesOf(initializers), ""]);
  const wanted = new Set([...needed, ...inputsOf(products)]);
  const graph: OnnxGraph = {
    ...model.graph,
    nodes,
    initializers,
    inputs: declared(
      [...used].filter((name) => !own.has(name)),
      infos,
    ),
    outputs: declared(
      [...made].filter((name) => wanted.has(name)),
      infos,
    ),
    valueInfo: [],
  };
  return { model: { ...model, graph }, products, kept: needed };
}

/** What the file says of its inputs and outputs; of other values the element type alone. */
function infosOf(graph: OnnxGraph): ReadonlyMap<string, OnnxValueInfo> {
  const inferred = [...valueTypes(graph)].map(([name, type]) => ({ name, type, shape: undefined }));
  return new Map([...inferred, ...graph.inputs, ...graph.outputs].map((info) => [info.name, info]));
}

const declared = (names: readonly string[], infos: ReadonlyMap<string, OnnxValueInfo>): OnnxValueInfo[] =>
  names.flatMap((name) => infos.get(name) ?? []);

const inputsOf = (nodes: readonly OnnxNode[]): Set<string> => new Set(nodes.flatMap((node) => node.inputs));

const namesOf = (values: readonly (OnnxTensor | OnnxValueInfo)[]): string[] => values.map(({ name }) => name);
