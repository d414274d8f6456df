/** pcmlab conformance */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { baudOption, chipOption, ledgerOption, recordOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const conformanceCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "conformance",
    summaries.conformance,
    (command) =>
      command
        .options({
          chip: chipOption,
          baud: baudOption,
          link: {
            choices: ["on", "off"] as const,
            default: "off" as const,
            describe: "send the messages through the reliable link; its own rules are checked either way",
          },
          record: recordOption,
          ledger: ledgerOption,
          pulses: {
            type: "boolean",
            default: false,
            alias: "yes",
            describe: "allow the rules that give a few weak pulses to one cell",
          },
          cell: {
            type: "string",
            describe: "ARRAY,ROW,COLUMN of that cell, from 0; the last one of the chip when missing",
          },
          only: {
            type: "string",
            describe: "beginnings of rule ids, separated by commas: grammar,once.dup",
          },
          "power-cycle": {
            type: "string",
            describe: "a shell command that switches the board off and on, for the rules about power-up",
          },
        })
        .example("$0 conformance --chip /dev/ttyACM0", "everything that cannot touch a device")
        .example("$0 conformance --chip ./fusion --pulses --json", "everything, for a machine"),
    async (args) => {
      const { conformance } = await import("../actions/conformance.ts");
      await conformance(args, context);
    },
  );
