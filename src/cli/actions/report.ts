/** Writes the HTML report of a store, or one figure of it as a file of its own. */

import { rename, rm, writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import type { ConverterCalibration } from "../../chip/readout.ts";
import { LabError, textOf } from "../../core/errors.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { CalibrationChoice } from "../calibration-choice.ts";
import type { Context } from "../context.ts";
import { derivation } from "./choose-calibration.ts";
import { assertMayBeWritten } from "./may-be-written.ts";

const reportFormats = ["html", "svg", "png"] as const;
type ReportFormat = (typeof reportFormats)[number];

export interface ReportArguments {
  readonly store: string;
  readonly output: string;
  /** Derives conductances again; each readout keeps its own when missing. */
  readonly converterCalibration?: CalibrationChoice | undefined;
  /** By the ending of the output when missing. */
  readonly format?: ReportFormat | undefined;
  /** For svg and png. */
  readonly figure?: string | undefined;
  /** Pixels across, for png. */
  readonly width?: number | undefined;
}

export async function report(args: ReportArguments, context: Context): Promise<void> {
  await assertMayBeWritten(args.store, args.output, "-o");
  const format = formatOf(args);
  const store = openStore(args.store, { mode: "read" });
  try {
    const other = derivation(store, args.converterCalibration);
    const content =
      format === "html" ? await pageOf(store, other) : await figureOf(store, other, format, args);
    await writeWhole(resolve(args.output), content);
    const bytes = Buffer.byteLength(content);
    context.output.result(
      { report: args.output, format, bytes },
      `${args.output}: ${Math.ceil(bytes / 1024).toLocaleString("en")} KiB`,
    );
  } finally {
    store.close();
  }
}

/** @throws LabError USAGE for options of another format. */
function formatOf({ format, output, figure, width }: ReportArguments): ReportFormat {
  const ending = extname(output).slice(1).toLowerCase();
  const chosen = format ?? reportFormats.find((known) => known === ending) ?? "html";
  if (format === undefined && ending === "pdf")
    throw new LabError("USAGE", "PDF is not written", {
      next: "write -o FILE.svg or FILE.png for a figure; a browser prints the HTML report as PDF",
    });
  if (chosen === "html" && figure !== undefined)
    throw new LabError("USAGE", "--figure is for single figures, and the format is html", {
      next: "add --format png or --format svg, or leave --figure away",
    });
  if (chosen !== "png" && width !== undefined)
    throw new LabError("USAGE", `--width is for png, and the format is ${chosen}`, {
      next: "add --format png, or leave --width away",
    });
  return chosen;
}

async function pageOf(store: Store, other: ConverterCalibration | undefined): Promise<string> {
  const { renderReport } = await import("../../report/render.ts");
  return renderReport(store, other);
}

/** Twice the size of the drawing on the page. */
const usualWidthPixels = 1704;

/** @throws LabError USAGE with the names of all figures when there is none of this name, STORE_CONTENT when it has no data. */
async function figureOf(
  store: Store,
  other: ConverterCalibration | undefined,
  format: Exclude<ReportFormat, "html">,
  { figure, width }: ReportArguments,
): Promise<string | Uint8Array> {
  const { reportDrawings } = await import("../../report/render.ts");
  const { figureName, figureOrigin, pngFile, svgFile } = await import("../../report/single-figure.ts");
  const drawings = reportDrawings(store, other);
  const drawing = drawings.find((one) => figureName(one) === figure);
  if (drawing === undefined)
    throw noSuchFigure(figure, figureOrigin(figure ?? ""), drawings.map(figureName), store);
  return format === "svg" ? svgFile(drawing) : pngFile(drawing, width ?? usualWidthPixels);
}

/** @param origin the command that brings the data of the figure, where one of this name can be. */
function noSuchFigure(
  figure: string | undefined,
  origin: string | undefined,
  names: readonly string[],
  store: Store,
): LabError {
  if (origin !== undefined) {
    const others = names.length === 0 ? "" : `, or give --figure one of ${names.join(", ")}`;
    return new LabError("STORE_CONTENT", `${store.path} has no data for the figure "${figure}"`, {
      next: `run ${origin} first${others}`,
    });
  }
  const what = figure === undefined ? "svg and png are for one figure" : `there is no figure "${figure}"`;
  if (names.length === 0)
    return new LabError("STORE_CONTENT", `${what}, and ${store.path} has none yet`, {
      next: "program and read a network first: the HTML report says how",
    });
  return new LabError("USAGE", what, { next: `give --figure one of ${names.join(", ")}` });
}

/** Either the whole file is there afterwards or the old one still is. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const fresh = `${path}.${process.pid}.part`;
  try {
    await writeFile(fresh, content);
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw new LabError("USAGE", `${path} cannot be written: ${textOf(cause)}`, {
      cause,
      next: "choose another -o FILE",
    });
  }
}
