/** pcmlab report */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { storeOption } from "./options.ts";

export const reportCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "report",
    "write a self-contained HTML report of a store",
    (command) =>
      command
        .options({
          store: storeOption,
          output: { alias: "o", type: "string", demandOption: true, describe: "the HTML file to write" },
        })
        .example("$0 report --store run.db -o report.html", "open it in any browser"),
    async (args) => {
      const { report } = await import("../actions/report.ts");
      await report(args, context);
    },
  );
