/** A thin shell around ONNX Runtime: a model is opened, run on batches, closed; products that it leaves to an array are done by an engine. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { LabError, textOf } from "../core/errors.ts";
import type { Network } from "../network/layer.ts";
import { decodeModel, encodeModel } from "../network/onnx/codec.ts";
import type { OnnxModel, OnnxNode } from "../network/onnx/model.ts";
import { type Stage, stagesOf } from "./stages.ts";

export interface SessionOptions {
  /** Threads of one operator; the number of processors when not given. */
  readonly threads?: number;
  /** Computes the products that the model leaves to an array. */
  readonly arrays?: ArrayEngine;
  /** The model was made from an optimised one: it is run as it is. */
  readonly optimised?: boolean;
}

export interface ArrayEngine {
  /**
   * The product of a node that `arrayProduct` made with a batch of inputs, in the shape that the node of the file would give.
   * @throws LabError of the array.
   */
  multiply(node: OnnxNode, input: Output): Promise<Output>;
}

export interface Session {
  /**
   * Runs one batch: `input` is count x the network's input shape. The outputs by name, in C order.
   * @param more values of inputs that the model has beside that of the network.
   * @throws LabError BAD_NETWORK when ONNX Runtime fails on it.
   */
  run(input: Float32Array, count: number, shape: readonly number[], more?: Outputs): Promise<Outputs>;
  close(): Promise<void>;
}

export type Outputs = ReadonlyMap<string, Output>;

export interface Output {
  readonly values: Float32Array;
  readonly dims: readonly number[];
}

/**
 * @throws LabError BAD_NETWORK with ONNX Runtime's reason when it does not accept the model; TypeError when the model leaves products to
 * an array and there is no engine for them.
 */
export async function openSession(
  network: Network,
  model: OnnxModel,
  options: SessionOptions = {},
): Promise<Session> {
  const stages: OpenStage[] = [];
  const close = async (): Promise<void> => {
    for (const { session } of stages) await session?.release();
  };
  try {
    for (const stage of stagesOf(model))
      stages.push({ ...stage, session: stage.model && (await created(stage.model, options)) });
  } catch (failure) {
    await close();
    throw failure;
  }
  return {
    async run(input, count, shape, more = new Map()) {
      const values: Values = new Map();
      values.set(network.input.name, tensorOf({ values: input, dims: [count, ...shape] }));
      for (const [name, value] of more) values.set(name, tensorOf(value));
      for (const stage of stages) await runStage(stage, values, options.arrays, count);
      return new Map(model.graph.outputs.map(({ name }) => [name, outputOf(valueNamed(values, name))]));
    },
    close,
  };
}

interface OpenStage extends Stage {
  readonly session: ort.InferenceSession | undefined;
}

type Values = Map<string, ort.Tensor>;

/**
 * The graph as ONNX Runtime would run it on this machine, with operators and layouts of its own. Undefined where it cannot be had: no
 * folder to write it to, or something in it that the codec does not know.
 */
export async function optimisedModel(
  model: OnnxModel,
  options: Pick<SessionOptions, "threads">,
): Promise<OnnxModel | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-graph-")).catch(() => undefined);
  if (folder === undefined) return undefined;
  try {
    const path = join(folder, "optimised.onnx");
    const session = await ort.InferenceSession.create(encodeModel(model), {
      ...runtimeOptions(options),
      optimizedModelFilePath: path,
    });
    await session.release();
    return decodeModel(await readFile(path));
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a model without inputs gives when it is run as it is; undefined when ONNX Runtime does not run it. */
export async function constantOutputs(
  model: OnnxModel,
  options: Pick<SessionOptions, "threads">,
): Promise<Outputs | undefined> {
  try {
    const session = await created(model, { ...options, optimised: true });
    try {
      const results = await session.run({});
      return new Map(Object.entries(results).map(([name, result]) => [name, outputOf(result)]));
    } finally {
      await session.release();
    }
  } catch {
    return undefined;
  }
}

const created = (model: OnnxModel, options: SessionOptions): Promise<ort.InferenceSession> =>
  attempt("does not accept the network", () =>
    ort.InferenceSession.create(encodeModel(model), {
      ...runtimeOptions(options),
      ...(options.optimised && { graphOptimizationLevel: "disabled" }),
    }),
  );

const runtimeOptions = ({
  threads,
}: Pick<SessionOptions, "threads">): ort.InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads ?? availableParallelism(),
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  // Converters in the graph are meant as they are: between two of them ONNX Runtime would round the weights to 8 bits as well.
  extra: { session: { disable_quant_qdq: "1" } },
});

/** Adds the values of one stage, and takes away those that nobody needs any more. */
async function runStage(
  { session, products, kept }: OpenStage,
  values: Values,
  arrays: ArrayEngine | undefined,
  count: number,
): Promise<void> {
  if (session !== undefined) {
    const feeds = Object.fromEntries(session.inputNames.map((name) => [name, valueNamed(values, name)]));
    const results = await attempt(`fails on a batch of ${count} images`, () => session.run(feeds));
    for (const [name, result] of Object.entries(results)) values.set(name, result);
  }
  for (const node of products) {
    if (arrays === undefined) throw new TypeError(`there is no array for node "${node.name}"`);
    const product = await arrays.multiply(node, outputOf(valueNamed(values, node.inputs[0] ?? "")));
    values.set(node.outputs[0] ?? "", tensorOf(product));
  }
  for (const name of values.keys()) if (!kept.has(name)) values.delete(name);
}

const tensorOf = ({ values, dims }: Output): ort.Tensor => new ort.Tensor("float32", values, dims);

function valueNamed(values: Values, name: string): ort.Tensor {
  const value = values.get(name);
  if (value === undefined) throw new TypeError(`the graph has no value "${name}"`);
  return value;
}

function outputOf(tensor: ort.Tensor): Output {
  const { data, dims } = tensor;
  if (data instanceof Float32Array) return { values: data, dims };
  if (data instanceof BigInt64Array) return { values: Float32Array.from(data, Number), dims };
  throw new TypeError(`an output has type ${tensor.type}`);
}

async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new LabError("BAD_NETWORK", `ONNX Runtime ${what}: ${textOf(cause)}`, {
      next: "check the network with onnx.checker.check_model and export it with a symbolic batch dimension",
      cause,
    });
  }
}
