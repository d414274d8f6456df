/** pcmlab devices */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { baudOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const devicesCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "devices",
    summaries.devices,
    (command) =>
      command
        .options({
          host: {
            type: "string",
            array: true,
            default: [] as string[],
            describe: "host:port of a board on the network; may be given several times",
          },
          all: {
            type: "boolean",
            default: false,
            describe: "ask serial ports of unknown vendors and instruments of other makers, too",
          },
          baud: baudOption,
        })
        .epilogue(
          "Exit code 9 when no board was found and serial ports or USB could not be listed; with a board found, that is a warning.",
        )
        .example("$0 devices", "what --chip may name")
        .example("$0 devices --host lab7:5025 --json", "for programs, with a board on the network"),
    async (args) => {
      const { devices } = await import("../actions/devices.ts");
      await devices(args, context);
    },
  );
