/**
 * The whole chain on an emulated chip, as a user would run it: an emulator process, a cable, and the other commands.
 */

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { defaultBaudRate } from "../../../drivers/serial/baud-rate.ts";
import { LabError, textOf } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { packageFile } from "../package-files.ts";
import { startEmulator } from "./emulator-process.ts";

export interface DemoArguments {
  readonly folder: string;
  readonly profile: string;
  readonly seed: number;
}

/** How the committed digits network was trained: examples/digits/README.md. */
const digits = {
  network: packageFile("examples", "digits", "digits.onnx"),
  images: packageFile("examples", "digits", "digits-test-images-idx3-ubyte.gz"),
  calibrationImages: packageFile("examples", "digits", "digits-calibration-images-idx3-ubyte.gz"),
  normalise: "0.5/0.5",
};
const ages = "25s,1h,1d";

export async function demo(args: DemoArguments, context: Context): Promise<void> {
  const startSeconds = context.clock.monotonicSeconds();
  const store = join(args.folder, "demo.db");
  const output = join(args.folder, "report.html");
  const ledger = join(args.folder, "ledger");
  await prepareFolder(args.folder, [ledger, store, `${store}-wal`, `${store}-shm`, output]);
  const quiet: Context = { ...context, output: context.output.withoutResults() };
  const emulator = await startEmulator({ ...args, pty: join(args.folder, "chip") }, context);
  try {
    context.output.note(`emulated chip ${emulator.serialNumber} on ${emulator.resource}`);
    // The chip is gone with the demo, and its wear with it: a new ledger is none to warn of.
    const chip = { chip: emulator.resource, baud: defaultBaudRate, store, ledger, rehearsal: true };
    const { calibrate, drift, infer, inferenceTable, program, read, report } = await import(
      "./demo-steps.ts"
    );
    const calibrated = await calibrate({ ...chip, valid: "30d" }, quiet);
    const programmed = await program(
      { ...chip, network: digits.network, gmax: "25uS", bias: "array", scale: "layer", devices: 2 },
      quiet,
    );
    const reads = await read({ ...chip, at: ages, averages: 5, volts: "0.3V" }, quiet);
    await drift({ store, model: "auto", from: "20s", reference: "25s" }, quiet);
    const inferred = await infer(
      { ...digits, store, compensation: "none,gdc,adabs", batch: 200, seed: args.seed },
      quiet,
    );
    await report({ store, output }, quiet);
    const seconds = context.clock.monotonicSeconds() - startSeconds;
    const text = [
      "",
      inferenceTable(inferred),
      "",
      `${(100 * programmed.convergedNonZeroShare).toFixed(2)} % of the devices with a target above zero converged; ${Math.round(seconds)} s in all`,
      `the experiment: ${store}`,
      `the report:     ${output} (open it in a browser)`,
    ].join("\n");
    context.output.result(
      { emulator, calibrated, programmed, reads, inferred, store, report: output, seconds },
      text,
    );
  } finally {
    await emulator.stop();
  }
}

/** The demo's own files of an earlier run are replaced, anything else in the folder stays. */
async function prepareFolder(folder: string, files: readonly string[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const file of files) await rm(file, { force: true, recursive: true });
  } catch (cause) {
    throw new LabError("USAGE", `${folder} cannot be used: ${textOf(cause)}`, {
      cause,
      next: "choose another --folder",
    });
  }
}
