/** pcmlab export */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { pathOption, storeOption } from "./options.ts";
import { summaries } from "./summaries.ts";

const formats = ["parquet", "npz", "csv"] as const;
const whats = [
  "readouts",
  "targets",
  "fits",
  "levels",
  "results",
  "temperatures",
  "mvm-inputs",
  "mvm-outputs",
] as const;

export const exportCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "export",
    summaries.export,
    (command) =>
      command
        .options({
          store: storeOption,
          what: {
            choices: whats,
            demandOption: true,
            describe: "which table; docs/reference/export-columns.md has their columns",
          },
          format: {
            choices: formats,
            describe:
              "NPZ is for NumPy, Parquet for DuckDB, pandas and others; by the ending of the file when missing, else parquet",
          },
          out: {
            ...pathOption,
            alias: ["o", "output"],
            demandOption: true,
            describe: "the file to write; it takes the place of an older one",
          },
        })
        .example(
          "$0 export --store run.db --what readouts -o readouts.parquet",
          "every device of every readout",
        )
        .example("$0 export --store run.db --what fits -o fits.npz", "drift exponents for NumPy"),
    async (args) => {
      const { exportStore } = await import("../actions/export.ts");
      await exportStore(args, context);
    },
  );
