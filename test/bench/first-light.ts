/**
 * The figures of the first light, on the paper's own case: ResNet-32 with 723,444 devices through a pseudo-terminal, all 10,000
 * CIFAR-10 test images at 25 s, 1 h and 1 d, and the time of one inference alone.
 */

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Figures } from "./main.ts";
import { measured, measuredEmulator } from "./measured-process.ts";

/** Beside the project; the compiled file lies one folder deeper than its source. */
const data = join(import.meta.dirname, "../../../../shared/data");
const network = join(data, "resnet32/resnet32.onnx");
const images = join(data, "cifar10/test_batch.bin");
const calibration = join(data, "cifar10/calibration_2600.bin");

export async function firstLight(): Promise<Figures> {
  if (!existsSync(network)) throw new Error(`${network} is not here; put ../shared/data beside the project`);
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(folder: string): Promise<Figures> {
  const emulator = await measuredEmulator(
    ["--profile", "fusion-1m", "--seed", "1", "--pty", "./chip"],
    folder,
  );
  const chip = ["--chip", "./chip", "--store", "run.db"];
  const calibrate = await measured(["calibrate", ...chip], folder);
  const program = await measured(["program", network, ...chip], folder);
  const read = await measured(["read", ...chip, "--at", "25s,1h,1d"], folder);
  const emulatorMebibytes = emulator.peakMebibytes();
  await emulator.stop();
  const words = ["infer", "--store", "run.db", "--images", images];
  const adabs = ["--calibration-images", calibration, "--augment", "crop4,flip"];
  const all = await measured([...words, ...adabs, "--compensation", "none,gdc,adabs"], folder);
  const one = await measured([...words, "--compensation", "gdc", "--at", "1d"], folder);
  const report = await measured(["report", "--store", "run.db", "-o", "report.html"], folder);
  return {
    cores: availableParallelism(),
    calibrateSeconds: calibrate.seconds,
    program: program.document,
    programSeconds: program.seconds,
    readThreeTimesSeconds: read.seconds,
    inferAllSeconds: all.seconds,
    inferOneTimeOneCompensationSeconds: one.seconds,
    reportSeconds: report.seconds,
    accuracies: all.document,
    peakMebibytes: {
      emulator: emulatorMebibytes,
      program: program.peakMebibytes,
      read: read.peakMebibytes,
      infer: all.peakMebibytes,
      report: report.peakMebibytes,
    },
  };
}
