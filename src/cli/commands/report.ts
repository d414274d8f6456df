/** pcmlab report */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { pathOption, rederivationOption, storeOption } from "./options.ts";

export const reportCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "report",
    "write a self-contained HTML report of a store",
    (command) =>
      command
        .options({
          store: storeOption,
          calibration: { ...rederivationOption, alias: "converter-calibration" },
          output: { ...pathOption, alias: "o", demandOption: true, describe: "the HTML file to write" },
        })
        .example("$0 report --store run.db -o report.html", "open it in any browser"),
    async (args) => {
      const { report } = await import("../actions/report.ts");
      await report(args, context);
    },
  );
