/**
 * What the host adds to a programming: its time through a pseudo-terminal against the time of the emulator and of the bytes on the line.
 * By the built command as a user runs it, with the reliable link, the store, the wear ledger and the checkpoints.
 *
 * A pseudo-terminal has no rate of its own. `overhead` is of one that is held to the rate of a quick UART bridge, as the bench of the link
 * has it: the bytes over that rate are what such a board would take. `overheadUnheld` is of one that is not held, whose bytes count at the
 * rate at which two processes copy through it: nearly nothing, so that it shows the host alone.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { copyRate } from "./link.ts";
import { measured, measuredEmulator } from "./measured-process.ts";

const baud = 3_000_000;
/** 8N1. */
const bytesPerSecond = baud / 10;

export interface OverheadBench {
  readonly network: string;
  readonly profile: string;
}

/** The 723,444 devices of ResNet-32, beside the project; the compiled file lies one folder deeper than its source. */
export const realOverheadBench: OverheadBench = {
  network: join(import.meta.dirname, "../../../../shared/data/resnet32/resnet32.onnx"),
  profile: "fusion-1m",
};
/** A twelfth of the devices. */
export const smallOverheadBench: OverheadBench = {
  network: join(import.meta.dirname, "../../../examples/digits/digits.onnx"),
  profile: "fusion-1m",
};

const programmedSchema = z.object({
  devices: z.number(),
  pulses: z.number(),
  wallSeconds: z.number(),
  convergedNonZeroShare: z.number(),
  link: z.object({ counters: z.object({ bytesSent: z.number(), bytesDelivered: z.number() }) }),
});

export async function programOverhead(bench: OverheadBench) {
  const held = await programmed(bench, ["--baud", String(baud)], async () => bytesPerSecond);
  const unheld = await programmed(bench, [], copyRate);
  return {
    overhead: held.overhead,
    overheadUnheld: unheld.overhead,
    convergedNonZeroShare: held.convergedNonZeroShare,
    ...{ held, unheld },
    cores: availableParallelism(),
    load: loadavg()[0],
  };
}

/** @param line options of both ends. */
async function programmed(
  { network, profile }: OverheadBench,
  line: readonly string[],
  lineRate: () => Promise<number>,
) {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  const words = ["--profile", profile, "--seed", "1", "--pty", "./chip", ...line];
  const emulator = await measuredEmulator(words, folder);
  try {
    const chip = ["--chip", "./chip", "--store", "run.db", ...line];
    await measured(["calibrate", ...chip], folder);
    const before = emulator.cpuSeconds();
    const program = await measured(["program", network, ...chip], folder);
    const emulatorSeconds = emulator.cpuSeconds() - before;
    const { devices, pulses, wallSeconds, convergedNonZeroShare, link } = programmedSchema.parse(
      program.document,
    );
    const lineBytes = link.counters.bytesSent + link.counters.bytesDelivered;
    const lineBytesPerSecond = await lineRate();
    const lineSeconds = lineBytes / lineBytesPerSecond;
    return {
      overhead: wallSeconds / (emulatorSeconds + lineSeconds),
      convergedNonZeroShare,
      ...{ devices, pulses, programSeconds: wallSeconds, commandSeconds: program.seconds },
      hostCpuSeconds: program.cpuSeconds,
      ...{ emulatorSeconds, lineBytes, lineBytesPerSecond, lineSeconds },
    };
  } finally {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
