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
const repetitions = 200;
/** V8 compiles WebAssembly in the background while the first batches run; turns before that do not count. */
const warmUps = 40;
const seed = 1;

export interface MvmFigures {
  /** Median time of the MatMul over median time of the MVM. */
  readonly mvmOverMatMul: number;
  readonly mvmMilliseconds: number;
  readonly matMulMilliseconds: number;
  /** The fastest of each: what they need while no other process shares the core. */
  readonly fastestMvmMilliseconds: number;
  readonly fastestMatMulMilliseconds: number;
  /** Mean instead of median: with the moments at which drift and 1/f noise are computed anew, every 10 ms of chip time. */
  readonly mvmMeanMilliseconds: number;
  readonly mvmFourPhaseMilliseconds: number;
}

export async function measuredMvm(): Promise<MvmFigures> {
  const matMul = await matMulOf();
  const multiply = mvmOf();
  const times = { mvm: [] as number[], matMul: [] as number[], fourPhase: [] as number[] };
  for (let repetition = -warmUps; repetition < repetitions; repetition++) {
    const mvm = await timed(() => multiply(1));
    const product = await timed(matMul);
    if (repetition < 0) continue;
    times.mvm.push(mvm);
    times.matMul.push(product);
    if (repetition % 10 === 0) times.fourPhase.push(await timed(() => multiply(4)));
  }
  return {
    mvmOverMatMul: median(times.matMul) / median(times.mvm),
    mvmMilliseconds: median(times.mvm),
    matMulMilliseconds: median(times.matMul),
    fastestMvmMilliseconds: Math.min(...times.mvm),
    fastestMatMulMilliseconds: Math.min(...times.matMul),
    mvmMeanMilliseconds: times.mvm.reduce((sum, time) => sum + time, 0) / repetitions,
    mvmFourPhaseMilliseconds: median(times.fourPhase),
  };
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A core as fabricated, a day old. */
function mvmOf(): (phases: 1 | 4) => void {
  const chip = createCrossbar(builtinProfile("hermes-core"), seed);
  const random = seededPrng(seed);
  const inputs = Int8Array.from({ length: vectors * rows }, () => random.below(255) - 127);
  const cells = { row: 0, column: 0, rows, columns };
  let seconds = 86_400;
  return (phases) => {
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

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
