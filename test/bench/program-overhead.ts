/**
 * What the host adds to a programming: its time through a pseudo-terminal against the time of the emulator and of the bytes on the line.
 * By the built command as a user runs it, with the reliable link, the store, the wear ledger and the checkpoints.
 *
 * A pseudo-terminal has no line rate, so the bytes count at the rate at which two processes copy through one: the least that the line
 * can take. A line that is held to a baud rate would make the second term large and hide the host behind it.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { copyRate } from "./link.ts";
import { measured, measuredEmulator } from "./measured-process.ts";

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

export async function programOverhead({ network, profile }: OverheadBench) {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  const emulator = await measuredEmulator(["--profile", profile, "--seed", "1", "--pty", "./chip"], folder);
  try {
    const chip = ["--chip", "./chip", "--store", "run.db"];
    await measured(["calibrate", ...chip], folder);
    const before = emulator.cpuSeconds();
    const program = await measured(["program", network, ...chip], folder);
    const emulatorSeconds = emulator.cpuSeconds() - before;
    const { devices, pulses, wallSeconds, convergedNonZeroShare, link } = programmedSchema.parse(
      program.document,
    );
    const lineBytes = link.counters.bytesSent + link.counters.bytesDelivered;
    const lineBytesPerSecond = await copyRate();
    const lineSeconds = lineBytes / lineBytesPerSecond;
    return {
      overhead: wallSeconds / (emulatorSeconds + lineSeconds),
      convergedNonZeroShare,
      ...{ devices, pulses, programSeconds: wallSeconds, commandSeconds: program.seconds },
      hostCpuSeconds: program.cpuSeconds,
      ...{ emulatorSeconds, lineBytes, lineBytesPerSecond, lineSeconds },
      cores: availableParallelism(),
      load: loadavg()[0],
    };
  } finally {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
