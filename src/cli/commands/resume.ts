/** pcmlab resume */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { boardOptions, calibrationOption, guardOptions, storeOption } from "./options.ts";
import { summaries } from "./summaries.ts";

/** That of the run when none is named. */
const { default: _latest, ...calibration } = calibrationOption;

export const resumeCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "resume",
    summaries.resume,
    (command) =>
      command
        .options({
          ...boardOptions,
          ...guardOptions,
          store: storeOption,
          "converter-calibration": calibration,
        })
        .example("$0 resume --chip ./fusion --store run.db", "finished devices are not pulsed again"),
    async (args) => {
      const { resume } = await import("../actions/resume.ts");
      await resume(args, context);
    },
  );
