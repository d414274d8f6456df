/** Who gives and who takes the values of a graph. */

import type { OnnxModel, OnnxNode, OnnxTensor } from "../../network/onnx/model.ts";

/** Operators whose first input has the shape of their output wherever this program makes them. */
const keepsShape: ReadonlySet<string> = new Set([
  "Add",
  "BatchNormalization",
  "Clip",
  "DequantizeLinear",
  "Mul",
  "QuantizeLinear",
  "Relu",
  "Sum",
]);

export class GraphIndex {
  readonly #producers: ReadonlyMap<string, OnnxNode>;
  readonly #consumers = new Map<string, number>();
  readonly #tensors: ReadonlyMap<string, OnnxTensor>;

  constructor({ graph }: OnnxModel) {
    this.#producers = new Map(
      graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
    );
    this.#tensors = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
    for (const name of [
      ...graph.nodes.flatMap(({ inputs }) => inputs),
      ...graph.outputs.map((value) => value.name),
    ])
      this.#consumers.set(name, (this.#consumers.get(name) ?? 0) + 1);
  }

  producer(name: string | undefined): OnnxNode | undefined {
    return this.#producers.get(name ?? "");
  }

  tensor(name: string | undefined): OnnxTensor | undefined {
    return this.#tensors.get(name ?? "");
  }

  /** How often the value is an input of a node or an output of the graph. */
  uses(name: string | undefined): number {
    return this.#consumers.get(name ?? "") ?? 0;
  }

  isShared(name: string | undefined): boolean {
    return this.uses(name) > 1;
  }

  /** A convolution whose weights are constants of height and width, of one group or many. */
  isImageConvolution(node: OnnxNode | undefined): boolean {
    return node?.opType === "Conv" && this.tensor(node.inputs[1])?.dims.length === 4;
  }

  /** Whether the value is batch x channels x height x width beyond doubt. */
  isImage(name: string | undefined): boolean {
    const node = this.producer(name);
    return node !== undefined && keepsShape.has(node.opType)
      ? this.isImage(node.inputs[0])
      : this.isImageConvolution(node);
  }
}
