/** pcmlab why */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { storeOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const whyCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "why <result>",
    summaries.why,
    (command) =>
      command
        .positional("result", {
          type: "string",
          demandOption: true,
          describe: "its number, latest, digital, or a time and a compensation such as 1d:gdc",
        })
        .options({
          store: storeOption,
          tiles: { type: "boolean", default: false, describe: "one line for every tile" },
        })
        .example("$0 why 1d:gdc --store run.db", "where that accuracy came from"),
    async (args) => {
      const { why } = await import("../actions/why.ts");
      why(args, context);
    },
  );
