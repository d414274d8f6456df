/** pcmlab link */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { boardOptions, duration } from "./options.ts";
import { summaries } from "./summaries.ts";

export const linkCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "link",
    summaries.link,
    (command) =>
      command
        .options({
          ...boardOptions,
          seconds: {
            ...duration("seconds", 0, 86_400),
            default: 2,
            describe: "keep the line busy for so long, like 10s or 1min; 0 for one round of questions",
          },
        })
        .example("$0 link --chip /dev/ttyUSB0 --baud 3000000 --seconds 60", "how many frames a minute costs"),
    async (args) => {
      const { link } = await import("../actions/link.ts");
      await link(args, context);
    },
  );
