/** pcmlab report */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { pathOption, rederivationOption, storeOption, whole } from "./options.ts";
import { summaries } from "./summaries.ts";

export const reportCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "report",
    summaries.report,
    (command) =>
      command
        .options({
          store: storeOption,
          "converter-calibration": { ...rederivationOption, alias: "calibration" },
          output: { ...pathOption, alias: ["o", "out"], demandOption: true, describe: "the file to write" },
          format: {
            choices: ["html", "svg", "png"] as const,
            describe: "the whole report, or one figure; by the ending of the file when missing",
          },
          figure: { type: "string", describe: "which figure, for svg and png; an unknown name lists all" },
          width: { ...whole("width", 100, 10_000), describe: "pixels across, for png" },
        })
        .example("$0 report --store run.db -o report.html", "open it in any browser")
        .example("$0 report --store run.db --figure accuracy -o accuracy.png", "one figure, for a paper"),
    async (args) => {
      const { report } = await import("../actions/report.ts");
      await report(args, context);
    },
  );
