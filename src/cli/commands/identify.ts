/** pcmlab identify */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { boardOptions } from "./options.ts";
import { summaries } from "./summaries.ts";

export const identifyCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "identify",
    summaries.identify,
    (command) => command.options(boardOptions).example("$0 identify --chip ./fusion", "what is on this port"),
    async (args) => {
      const { identify } = await import("../actions/identify.ts");
      await identify(args, context);
    },
  );
