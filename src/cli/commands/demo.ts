/** pcmlab demo */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { pathOption, pathOrNameOption, seedOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const demoCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "demo",
    summaries.demo,
    (command) =>
      command
        .options({
          folder: { ...pathOption, default: "pcmlab-demo", describe: "where store and report are written" },
          profile: { ...pathOrNameOption, default: "fusion-1m", describe: "the emulated chip" },
          seed: seedOption,
        })
        .example("$0 demo", "under two minutes, nothing plugged in"),
    async (args) => {
      const { demo } = await import("../actions/demo.ts");
      await demo(args, context);
    },
  );
