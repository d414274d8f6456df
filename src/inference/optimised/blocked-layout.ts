/**
 * Element by element it does not matter in which order a machine keeps the channels of an image. ONNX Runtime keeps them in blocks for its
 * convolutions, and goes back to the plain order for every operator that has no version for blocks; this pass lets the operators of
 * a modelled array work on blocks as they are, and takes away the changes of order that nobody needs any more. Pure.
 *
 * Channels that fill up a last block are 0 in front of every operator here and behind it.
 */

import type { OnnxModel, OnnxNode } from "../../network/onnx/model.ts";
import { elementCount } from "../../network/onnx/tensor.ts";
import { isOfArrayModel } from "../array-model/names.ts";

/** Of ONNX Runtime's operators on blocks. */
export const blockedDomain = "com.microsoft.nchwc";

const elementwise: ReadonlySet<string> = new Set([
  "Add",
  "Clip",
  "DequantizeLinear",
  "Mul",
  "QuantizeLinear",
  "Sqrt",
  "Sum",
]);

/** A value in blocks whose plain twin the graph names. */
interface Twin {
  readonly name: string;
  /** Changes a value of these channels back. */
  readonly change: OnnxNode;
  /** Of a converter; they cannot be changed back. */
  readonly codes: boolean;
}

/**
 * Only for operators of the array model, whose inputs are all of one shape.
 * @param optimised a graph as ONNX Runtime has optimised it for this machine; what has no blocks stays as it is.
 */
export function inBlockedLayout(optimised: OnnxModel): OnnxModel {
  const pass = new Pass(optimised);
  return pass.done() ? pass.model : optimised;
}

class Pass {
  readonly #optimised: OnnxModel;
  readonly #scalars: ReadonlySet<string>;
  readonly #twins = new Map<string, Twin>();
  /** Other names of values in blocks. */
  readonly #renamed = new Map<string, string>();
  /** Noise in the shape of a value in blocks. */
  readonly #noise = new Set<string>();
  readonly #changedBack = new Set<string>();
  readonly #nodes: OnnxNode[] = [];

  constructor(optimised: OnnxModel) {
    this.#optimised = optimised;
    this.#scalars = new Set(
      optimised.graph.initializers.filter(({ dims }) => elementCount(dims) === 1).map(({ name }) => name),
    );
  }

  /** False when codes would have to be changed back. */
  done(): boolean {
    const { nodes, outputs } = this.#optimised.graph;
    return nodes.every((node) => this.#take(node)) && outputs.every(({ name }) => this.#changeBack(name));
  }

  get model(): OnnxModel {
    return { ...this.#optimised, graph: { ...this.#optimised.graph, nodes: this.#nodes } };
  }

  #take(node: OnnxNode): boolean {
    const [input = "", output = ""] = [node.inputs[0], node.outputs[0]];
    const twin = this.#twins.get(input);
    if (isChange(node, "ReorderOutput")) {
      this.#twins.set(output, { name: this.#named(input), change: node, codes: false });
      return true;
    }
    if (isChange(node, "ReorderInput") && twin !== undefined) {
      this.#renamed.set(output, twin.name);
      return true;
    }
    if (twin !== undefined && isOwn(node) && this.#takeOwn(node, twin)) return true;
    const possible = node.inputs.every((name) => this.#changeBack(name));
    this.#nodes.push({ ...node, inputs: node.inputs.map((name) => this.#named(name)) });
    return possible;
  }

  /** An operator of the array model, if it can work on blocks. */
  #takeOwn(node: OnnxNode, twin: Twin): boolean {
    const [output = ""] = node.outputs;
    if (node.opType === "Shape" || node.opType === "Size") {
      this.#noise.add(output.slice(0, output.lastIndexOf("::")));
      this.#nodes.push({ ...node, inputs: [twin.name] });
      return true;
    }
    if (!elementwise.has(node.opType) || !node.inputs.every((name) => this.#fits(name))) return false;
    const name = `${output}::blocks`;
    const inputs = node.inputs.map((input) => this.#twins.get(input)?.name ?? input);
    this.#nodes.push({ ...node, inputs, outputs: [name] });
    const codes = node.opType === "QuantizeLinear" || (node.opType === "Clip" && twin.codes);
    this.#twins.set(output, { name, change: twin.change, codes });
    return true;
  }

  #fits(name: string): boolean {
    return name === "" || this.#scalars.has(name) || this.#noise.has(name) || this.#twins.has(name);
  }

  #named(name: string): string {
    return this.#renamed.get(name) ?? name;
  }

  /** Makes the plain value of a twin, once; false for codes. */
  #changeBack(name: string): boolean {
    const twin = this.#twins.get(name);
    if (twin === undefined || this.#changedBack.has(name)) return true;
    this.#changedBack.add(name);
    this.#nodes.push({ ...twin.change, name: `${name}::plain`, inputs: [twin.name], outputs: [name] });
    return !twin.codes;
  }
}

const isOwn = ({ inputs, outputs }: OnnxNode): boolean => [...inputs, ...outputs].some(isOfArrayModel);

const isChange = ({ domain, opType }: OnnxNode, type: "ReorderInput" | "ReorderOutput"): boolean =>
  domain === blockedDomain && opType === type;
