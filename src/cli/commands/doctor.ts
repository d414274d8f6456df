/** pcmlab doctor */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { ledgerOption, pathOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const doctorCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "doctor",
    summaries.doctor,
    (command) =>
      command
        .options({
          udev: { type: "boolean", default: false, describe: "only print the udev rules for boards" },
          store: {
            ...pathOption,
            describe: "a store, to look at its disk; stores in the current folder when missing",
          },
          ledger: ledgerOption,
        })
        .example("$0 doctor", "Node, native packages, ports, other programs, disks, clock"),
    async (args) => {
      const { doctor } = await import("../actions/doctor.ts");
      await doctor(args, context);
    },
  );
