/** A thin shell around ONNX Runtime: a model is opened, run on batches, closed. */

import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { LabError, textOf } from "../core/errors.ts";
import type { Network } from "../network/layer.ts";
import { encodeModel } from "../network/onnx/codec.ts";
import type { OnnxModel } from "../network/onnx/model.ts";

export interface SessionOptions {
  /** Threads of one operator; the number of processors when not given. */
  readonly threads?: number;
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

/** @throws LabError BAD_NETWORK with ONNX Runtime's reason when it does not accept the model. */
export async function openSession(
  network: Network,
  model: OnnxModel,
  options: SessionOptions = {},
): Promise<Session> {
  const session = await attempt("does not accept the network", () =>
    ort.InferenceSession.create(encodeModel(model), {
      intraOpNumThreads: options.threads ?? availableParallelism(),
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    }),
  );
  return {
    async run(input, count, shape, more = new Map()) {
      const feeds: Record<string, ort.Tensor> = {
        [network.input.name]: new ort.Tensor("float32", input, [count, ...shape]),
      };
      for (const [name, { values, dims }] of more) feeds[name] = new ort.Tensor("float32", values, dims);
      const failed = `fails on a batch of ${count} images`;
      const results = await attempt(failed, () => session.run(feeds));
      return new Map(Object.entries(results).map(([name, result]) => [name, outputOf(result)]));
    },
    close: () => session.release(),
  };
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
