/** pcmlab wear */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { boardOptions, ledgerOption, whole } from "./options.ts";
import { summaries } from "./summaries.ts";

export const wearCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "wear",
    summaries.wear,
    (command) =>
      command
        .options({
          ...boardOptions,
          chip: { ...boardOptions.chip, demandOption: false, conflicts: "serial" },
          serial: { type: "string", describe: "serial number of a chip that is not connected" },
          ledger: ledgerOption,
          most: { ...whole("most", 0, 10_000), default: 10, describe: "how many of the most worn cells" },
        })
        .example("$0 wear --chip ./fusion", "the chip on this port")
        .example("$0 wear --serial FUSION-1M-000001 --json", "every life of that chip"),
    async (args) => {
      const { wear } = await import("../actions/wear.ts");
      await wear(args, context);
    },
  );
