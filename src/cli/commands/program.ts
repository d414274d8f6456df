/** pcmlab program */

import type { Argv } from "yargs";
import { methodNames } from "../../../calibration/methods/names.ts";
import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { mappingOptions } from "./mapping-options.ts";
import {
  boardOptions,
  calibrationOption,
  guardOptions,
  pathOption,
  pathOrNameOption,
  storeOption,
  yesOption,
} from "./options.ts";
import { summaries } from "./summaries.ts";

export const programCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "program [network]",
    summaries.program,
    (command) =>
      command
        .positional("network", { ...pathOption, demandOption: true, describe: "an ONNX file" })
        // The positional itself is optional, so that it may stand in a config file.
        .demandOption("network")
        .options({
          ...boardOptions,
          // A dry run needs neither.
          chip: { ...boardOptions.chip, demandOption: false },
          ...guardOptions,
          store: { ...storeOption, demandOption: false },
          "converter-calibration": calibrationOption,
          ...mappingOptions,
          algorithm: {
            choices: methodNames,
            default: "melt-quench" as const,
            describe: "how devices are programmed; docs/reference/programming.md says what each does",
          },
          "verify-at": {
            type: "string",
            describe: "read again at these times after programming, and repair what has moved: 5s,20s",
          },
          "read-at": {
            type: "string",
            describe:
              "read every region at these times after its last pulses, while others are programmed: 25s; later times are for `read`",
          },
          "dry-run": {
            type: "boolean",
            default: false,
            describe:
              "program an emulated chip instead, and print what it costs; --chip is asked and not pulsed",
          },
          yes: { ...yesOption, describe: "program again what is programmed, without asking" },
          profile: {
            ...pathOrNameOption,
            describe: "of a dry run: the emulated chip, that of the model of --chip when missing",
          },
        })
        .example("$0 program resnet32.onnx --chip ./fusion --store run.db", "all layers, 25 µS")
        .example(
          "$0 program resnet32.onnx --chip ./fusion --dry-run",
          "pulses, energy, wear, time and yield",
        ),
    async ({ dryRun: isDry, ...args }) => {
      if (isDry) {
        const { dryRun } = await import("../actions/dry-run.ts");
        await dryRun(args, context);
        return;
      }
      if (args.profile !== undefined)
        throw new LabError("USAGE", "--profile is of a dry run; the chip is what it is", {
          next: "add --dry-run, or leave --profile away",
        });
      const { chip, store } = args;
      if (chip === undefined || store === undefined) throw lacking({ chip, store });
      const { program } = await import("../actions/program.ts");
      await program({ ...args, chip, store }, context);
    },
  );

function lacking(options: Readonly<Record<string, string | undefined>>): LabError {
  const missing = Object.keys(options).filter((name) => options[name] === undefined);
  return new LabError("USAGE", `Missing required arguments: ${missing.join(", ")}`, {
    next: "pcmlab program NETWORK.onnx --chip PORT --store FILE; or see `pcmlab program --help`",
  });
}
