/** pcmlab calibrate */

import type { Argv } from "yargs";
import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { boardOptions, storeOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const calibrateCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "calibrate",
    summaries.calibrate,
    (command) =>
      command
        .options({
          ...boardOptions,
          chip: { ...boardOptions.chip, demandOption: false },
          store: storeOption,
          valid: { type: "string", default: "30d", describe: "how long the calibration counts" },
          list: { type: "boolean", default: false, describe: "only list the calibrations of the store" },
        })
        .example("$0 calibrate --chip ./fusion --store run.db", "before pcmlab program and pcmlab read")
        .example("$0 calibrate --list --store run.db", "what was measured, and until when it counts"),
    async ({ chip, list, ...args }) => {
      const { calibrate, listCalibrations } = await import("../actions/calibrate.ts");
      if (list) listCalibrations(args.store, context);
      else if (chip !== undefined) await calibrate({ ...args, chip }, context);
      else
        throw new LabError("USAGE", "calibrate needs a board", {
          next: "name it with --chip, or give --list to see what the store holds",
        });
    },
  );
