/** pcmlab replay */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { pathOption, whole } from "./options.ts";
import { summaries } from "./summaries.ts";

export const replayCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "replay <recording>",
    summaries.replay,
    (command) =>
      command
        .positional("recording", {
          type: "string",
          demandOption: true,
          describe: "a file that --record wrote",
        })
        .options({
          pty: { ...pathOption, describe: "make a serial port and link it to this path" },
          tcp: {
            ...whole("tcp", 0, 65_535),
            describe: "listen on this port of the loopback interface; 0 for a free one",
          },
          timing: {
            type: "boolean",
            default: false,
            describe: "answer after the recorded times, not at once",
          },
          "until-stdin-closes": { type: "boolean", default: false, describe: "end when stdin closes" },
        })
        .example(
          "$0 replay run.jsonl --pty ./fusion",
          "ends with 0 when all requests came as recorded, else with 4",
        ),
    async (args) => {
      const { replay } = await import("../actions/replay.ts");
      await replay(args, context);
    },
  );
