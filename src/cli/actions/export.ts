/** Writes a table of a store to a file for other programs. */

import { extname, resolve } from "node:path";
import { LabError } from "../../core/errors.ts";
import { datasetOf, exportTable, type Format, formats, type What } from "../../export/export.ts";
import { openStore } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { toolVersion } from "../package-files.ts";
import { assertMayBeWritten } from "./may-be-written.ts";

export interface ExportArguments {
  readonly store: string;
  readonly what: What;
  /** By the ending of `out` when missing; Parquet where that says nothing. */
  readonly format?: Format | undefined;
  readonly out: string;
}

export async function exportStore(args: ExportArguments, context: Context): Promise<void> {
  const { store: path, what, out } = args;
  const format = formatOf(args);
  await assertMayBeWritten(path, out, "-o");
  const store = openStore(path, { mode: "read" });
  try {
    const dataset = datasetOf(store, what);
    const passes = format === "npz" ? dataset.columns.length : 1;
    const progress = context.output.progress(
      "exporting",
      passes === 1 ? "rows" : "values",
      dataset.rows * passes,
    );
    const by = { toolVersion: toolVersion(), wallSeconds: context.clock.wallSeconds() };
    const pause = async (rows: number): Promise<void> => {
      progress.advance(rows);
      await turnOfOthers(context);
    };
    const done = await exportTable(store, dataset, { what, format, path: resolve(out), by, pause });
    progress.end();
    const size =
      done.bytes < 2 ** 20
        ? `${(done.bytes / 2 ** 10).toFixed(1)} KiB`
        : `${(done.bytes / 2 ** 20).toFixed(1)} MiB`;
    const text = `${out}: ${done.rows.toLocaleString("en")} rows of ${done.columns.length} columns, ${size}`;
    context.output.result({ out, what, format, ...done }, text);
  } finally {
    store.close();
  }
}

/** @throws LabError USAGE for an ending of another format than the one that is asked for. */
function formatOf({ format, out }: ExportArguments): Format {
  const ending = extname(out).slice(1).toLowerCase();
  const ended = formats.find((known) => known === ending);
  if (format === undefined || ended === undefined || ended === format) return format ?? ended ?? "parquet";
  throw new LabError("USAGE", `${out} ends like ${ended}, and --format is ${format}`, {
    next: `write -o ${out.slice(0, -ending.length)}${format}, or --format ${ended}`,
  });
}

/** The work between two of them does not wait, and Ctrl-C is heard only here. */
async function turnOfOthers({ timer, stop }: Context): Promise<void> {
  await new Promise<void>((done) => timer.after(0, done));
  if (!stop.aborted) return;
  throw new LabError("INTERRUPTED", "the export was stopped by the user", {
    next: "nothing of it was left; run it again",
  });
}
