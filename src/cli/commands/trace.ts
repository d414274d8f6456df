/** pcmlab trace */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { summaries } from "./summaries.ts";

export const traceCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "trace <recording>",
    summaries.trace,
    (command) =>
      command
        .positional("recording", {
          type: "string",
          demandOption: true,
          describe: "a file that --record wrote",
        })
        .example("$0 trace run.jsonl", "what was said, and which operation took how long"),
    async (args) => {
      const { trace } = await import("../actions/trace.ts");
      await trace(args.recording, context);
    },
  );
