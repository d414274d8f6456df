/** Fits a twin of a chip to its store, and gives its numbers to other programs. */

import { readFileSync } from "node:fs";
import { LabError, textOf } from "../../core/errors.ts";
import { WholeFile } from "../../export/whole-file.ts";
import { openStore } from "../../store/store.ts";
import type { CalibrationChoice } from "../calibration-choice.ts";
import type { Context } from "../context.ts";
import { aihwkitExport, aihwkitPython } from "../twin/aihwkit.ts";
import { isTwin, parseTwin, type Twin, twinText } from "../twin/document.ts";
import { fitTwin } from "../twin/fit.ts";
import { twinSummary } from "../twin/text.ts";
import { assertMayBeWritten } from "./may-be-written.ts";
import { loadProfile } from "./profile.ts";

export interface TwinFitArguments {
  readonly store: string;
  readonly out: string;
  /** Of what a store does not tell; the built-in profile of the chip's model when missing. */
  readonly profile?: string | undefined;
  readonly converterCalibration?: CalibrationChoice | undefined;
  readonly perLevel: number;
  readonly seed: number;
}

/** @throws LabError BAD_PROFILE, STORE_CONTENT, INTERRUPTED, ENVIRONMENT; nothing is written then. */
export async function fitTwinOf(args: TwinFitArguments, context: Context): Promise<Twin> {
  const { store: path, out, profile, ...options } = args;
  await assertMayBeWritten(path, out, "--out");
  const base = profile === undefined ? undefined : loadProfile(profile);
  const store = openStore(path, { mode: "read" });
  try {
    const twin = await written(out, async () =>
      fitTwin(store, { ...options, base, calibration: args.converterCalibration }, context),
    );
    context.output.result({ out, ...twin.twin }, twinSummary(twin, out));
    return twin;
  } finally {
    store.close();
  }
}

/** The file is opened first: a minute of work shall not end at a folder that is not there. */
async function written(out: string, work: () => Promise<Twin>): Promise<Twin> {
  const file = new WholeFile(out);
  try {
    const twin = await work();
    file.write(new TextEncoder().encode(twinText(twin)));
    file.keep();
    return twin;
  } catch (failure) {
    file.abandon();
    throw failure;
  }
}

export interface TwinExportArguments {
  readonly twin: string;
  /** A name that ends in .json gets JSON, any other one Python; standard output when missing. */
  readonly out?: string | undefined;
}

/** @throws LabError BAD_PROFILE when the file holds no twin, STORE_CONTENT when it lacks what is asked for. */
export function exportTwin({ twin: path, out }: TwinExportArguments, context: Context): void {
  const twin = twinFrom(path);
  const document = aihwkitExport(twin);
  const python = aihwkitPython(document, twin.twin);
  if (out === undefined) {
    context.output.result(document, python.trimEnd());
    return;
  }
  const text = out.endsWith(".json") ? `${JSON.stringify(document, null, 2)}\n` : python;
  const file = new WholeFile(out);
  file.write(new TextEncoder().encode(text));
  file.keep();
  context.output.result({ out, ...document }, `${out}: noise models of ${twin.profile.name} for aihwkit`);
}

function twinFrom(path: string): Twin {
  const value = jsonOf(path);
  if (isTwin(value)) return parseTwin(value);
  throw new LabError("BAD_PROFILE", `${path} is no twin`, {
    next: "make one: pcmlab twin fit --store FILE --out twin.json",
  });
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new LabError("BAD_PROFILE", `twin ${path} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "give the file that pcmlab twin fit wrote",
    });
  }
}
