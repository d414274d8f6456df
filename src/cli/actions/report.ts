/** Writes the HTML report of a store. */

import { rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { LabError, textOf } from "../../core/errors.ts";
import { openStore } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { type CalibrationChoice, derivation } from "./choose-calibration.ts";
import { assertMayBeWritten } from "./may-be-written.ts";

export interface ReportArguments {
  readonly store: string;
  readonly output: string;
  /** Derives conductances again; each readout keeps its own when missing. */
  readonly calibration?: CalibrationChoice | undefined;
}

export async function report(args: ReportArguments, context: Context): Promise<void> {
  await assertMayBeWritten(args.store, args.output, "-o");
  const store = openStore(args.store, { mode: "read" });
  try {
    const { renderReport } = await import("../../report/render.ts");
    const html = renderReport(store, derivation(store, args.calibration));
    await writeWhole(resolve(args.output), html);
    const bytes = Buffer.byteLength(html);
    context.output.result(
      { report: args.output, bytes },
      `${args.output}: ${Math.ceil(bytes / 1024).toLocaleString("en")} KiB`,
    );
  } finally {
    store.close();
  }
}

/** Either the whole file is there afterwards or the old one still is. */
async function writeWhole(path: string, text: string): Promise<void> {
  const fresh = `${path}.${process.pid}.part`;
  try {
    await writeFile(fresh, text);
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw new LabError("USAGE", `${path} cannot be written: ${textOf(cause)}`, {
      cause,
      next: "choose another -o FILE",
    });
  }
}
