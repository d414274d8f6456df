/** pcmlab read */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { averagesOption, boardOptions, calibrationOption, storeOption, voltsOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const readCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "read",
    summaries.read,
    (command) =>
      command
        .options({
          ...boardOptions,
          store: storeOption,
          "converter-calibration": calibrationOption,
          at: { type: "string", demandOption: true, describe: "times since each region's own programming" },
          averages: averagesOption,
          volts: voltsOption,
        })
        .example("$0 read --chip ./fusion --store run.db --at 25s,1h,1d", "three readouts"),
    async (args) => {
      const { read } = await import("../actions/read.ts");
      await read(args, context);
    },
  );
