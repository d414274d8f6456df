/** pcmlab lock */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { boardOptions } from "./options.ts";
import { summaries } from "./summaries.ts";

export const lockCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "lock",
    summaries.lock,
    (command) =>
      command
        .options({
          ...boardOptions,
          release: {
            type: "string",
            requiresArg: true,
            describe: "free the lock of exactly this owner, whoever holds it",
          },
        })
        .example("$0 lock --chip ./fusion", "who has it, and for how long")
        .example('$0 lock --chip ./fusion --release "lab-pc campaign 3 f7a1"', "that program is gone"),
    async (args) => {
      const { lock } = await import("../actions/lock.ts");
      await lock(args, context);
    },
  );
