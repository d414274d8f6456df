/**
 * The speed of the in-array MVM of `hermes-core`, all noise on, beside onnxruntime-node's MatMul of the same shape: [1024, 256]
 * x [256, 256], one thread each. The two take turns, so that they share whatever else the machine does.
 */

import * as ort from "onnxruntime-node";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { onnxModel, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";

const vectors = 1024;
const rows = 256;
const columns = 256;
/** 40 ms of chip time, so that the held conductances are computed anew four times. */
const repetitions = 300;
const fourPhaseRepetitions = 40;
/** V8 compiles WebAssembly in the background while the first batches run; turns before that do not count. */
const warmUps = 40;
const seed = 1;

export interface MvmFigures {
  /** Mean time of the MatMul over mean time of the MVM: with the moments at which drift and 1/f noise are computed anew, every 10 ms of chip time. */
  readonly mvmOverMatMul: number;
  /** The medians, and the fastest of each, which is what they need while no other process shares the core. */
  readonly mvmOverMatMulMedian: number;
  readonly mvmOverMatMulFastest: number;
  readonly mvmMilliseconds: Spread;
  readonly matMulMilliseconds: Spread;
  readonly mvmFourPhaseMilliseconds: Spread;
}

interface Spread {
  readonly mean: number;
  readonly median: number;
  readonly fastest: number;
}

export async function measuredMvm(): Promise<MvmFigures> {
  const matMul = await matMulOf();
  const multiply = mvmOf(1);
  const times = { mvm: [] as number[], matMul: [] as number[] };
  for (let repetition = -warmUps; repetition < repetitions; repetition++) {
    const mvm = await timed(multiply);
    const product = await timed(matMul);
    if (repetition < 0) continue;
    times.mvm.push(mvm);
    times.matMul.push(product);
  }
  const mvm = spreadOf(times.mvm);
  const product = spreadOf(times.matMul);
  return {
    mvmOverMatMul: product.mean / mvm.mean,
    mvmOverMatMulMedian: product.median / mvm.median,
    mvmOverMatMulFastest: product.fastest / mvm.fastest,
    mvmMilliseconds: mvm,
    matMulMilliseconds: product,
    mvmFourPhaseMilliseconds: await fourPhaseMilliseconds(),
  };
}

async function fourPhaseMilliseconds(): Promise<Spread> {
  const multiply = mvmOf(4);
  const times: number[] = [];
  for (let repetition = 0; repetition < fourPhaseRepetitions; repetition++) times.push(await timed(multiply));
  return spreadOf(times);
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** MVMs one after the other in chip time, of a core as fabricated and a day old. */
function mvmOf(phases: 1 | 4): () => void {
  const chip = createCrossbar(builtinProfile("hermes-core"), seed);
  const random = seededPrng(seed);
  const inputs = Int8Array.from({ length: vectors * rows }, () => random.below(255) - 127);
  const cells = { row: 0, column: 0, rows, columns };
  let seconds = 86_400;
  return () => {
    seconds = chip.mvm?.({ cells, phases, inputs }, seconds).endSeconds ?? seconds;
  };
}

async function matMulOf(): Promise<() => Promise<unknown>> {
  const random = seededPrng(seed);
  const uniform = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
  const model = onnxModel({
    nodes: [onnxNode("MatMul", ["x", "w"], ["y"])],
    initializers: [floatTensor("w", [rows, columns], uniform(rows * columns))],
    inputs: [{ name: "x", type: "float32", shape: [vectors, rows] }],
    outputs: [{ name: "y", type: "float32", shape: [vectors, columns] }],
  });
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await ort.InferenceSession.create(encodeModel(model), options);
  const x = new ort.Tensor("float32", uniform(vectors * rows), [vectors, rows]);
  return () => session.run({ x });
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    median: at(Math.floor(values.length / 2)),
    fastest: at(0),
  };
}
