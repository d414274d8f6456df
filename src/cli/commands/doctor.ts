/** pcmlab doctor */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { summaries } from "./summaries.ts";

export const doctorCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "doctor",
    summaries.doctor,
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
