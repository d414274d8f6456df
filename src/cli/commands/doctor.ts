/** pcmlab doctor */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";

export const doctorCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "doctor",
    "find what on this machine keeps a board from working, and the commands that mend it",
    (command) =>
      command
        .options({
          udev: { type: "boolean", default: false, describe: "only print the udev rules for boards" },
        })
        .example("$0 doctor", "Node, native packages, permissions, latency, other programs"),
    async (args) => {
      const { doctor } = await import("../actions/doctor.ts");
      await doctor(args, context);
    },
  );
