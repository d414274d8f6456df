/** pcmlab trace */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";

export const traceCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "trace <recording>",
    "print a recording decoded: requests, replies, how long they took, and a summary",
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
