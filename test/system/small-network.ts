/** A classifier of 160 weights, which fits any profile, and a store in which it is programmed. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeModel } from "../../src/network/onnx/codec.ts";
import { onnxModel, onnxNode } from "../../src/network/onnx/model.ts";
import { floatTensor } from "../../src/network/onnx/tensor.ts";
import { emulator, folder, json } from "./command.ts";

export const smallNetwork = encodeModel(
  onnxModel({
    name: "small",
    nodes: [onnxNode("MatMul", ["image", "w"], ["logits"], { name: "dense" })],
    inputs: [{ name: "image", type: "float32", shape: ["batch", 16] }],
    outputs: [{ name: "logits", type: "float32", shape: ["batch", 10] }],
    initializers: [
      floatTensor(
        "w",
        [16, 10],
        Float32Array.from({ length: 160 }, (_, i) => Math.sin(i)),
      ),
    ],
  }),
);

export const smallWords = (chip: string, store: string): string[] => [
  ...["program", "small.onnx", "--chip", chip, "--store", store, "--quiet"],
  ...["--converter-calibration", "nominal"],
];

/** What a whole `program` run on a serial port leaves: its store, and its recording. */
export interface SmallRun {
  readonly store: Uint8Array;
  readonly recording: Uint8Array;
}

let made: Promise<SmallRun> | undefined;

/** A new folder with small.onnx, run.db and run.jsonl. The run is made once for all tests of a file. */
export async function folderOfSmallRun(): Promise<string> {
  made ??= smallRun();
  const { store, recording } = await made;
  const cwd = await folder();
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  await writeFile(join(cwd, "run.db"), store);
  await writeFile(join(cwd, "run.jsonl"), recording);
  return cwd;
}

async function smallRun(): Promise<SmallRun> {
  const cwd = await folder();
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  const board = await emulator(["--profile", "tiny", "--seed", "5", "--pty", "./chip"], cwd);
  await json([...smallWords("./chip", "run.db"), "--record", "run.jsonl"], cwd);
  await board.stop();
  return {
    store: await readFile(join(cwd, "run.db")),
    recording: await readFile(join(cwd, "run.jsonl")),
  };
}
