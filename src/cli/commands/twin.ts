/** pcmlab twin fit | export */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import {
  pathOption,
  pathOrNameOption,
  rederivationOption,
  seedOption,
  storeOption,
  whole,
} from "./options.ts";
import { summaries } from "./summaries.ts";

export const twinCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command("twin", summaries.twin, (command) => {
    for (const add of [fitCommand, exportCommand]) add(command, context);
    return command
      .example("$0 twin fit --help", "its options, with examples")
      .demandCommand(1, "name one of fit, export");
  });

const fitCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "fit",
    "fit programming error, drift, read noise, stuck devices and converters to a store",
    (command) =>
      command
        .options({
          store: storeOption,
          out: {
            ...pathOption,
            alias: ["o", "output"],
            demandOption: true,
            describe: "the twin: a profile for --profile, with where its numbers come from",
          },
          profile: {
            ...pathOrNameOption,
            describe:
              "gives what a store does not tell; the built-in profile of the chip's model when missing",
          },
          "converter-calibration": { ...rederivationOption, alias: "calibration" },
          "per-level": {
            ...whole("per-level", 50, 100_000),
            default: 1500,
            describe: "devices of each level in the rehearsals that match the programming error",
          },
          seed: { ...seedOption, describe: "of the rehearsals" },
        })
        .example(
          "$0 twin fit --store run.db --out twin.json",
          "then: pcmlab emulator --profile twin.json --pty ./twin",
        ),
    async (args) => {
      const { fitTwinOf } = await import("../actions/twin.ts");
      await fitTwinOf(args, context);
    },
  );

const exportCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "export [twin]",
    "write the numbers of a twin for another simulator",
    (command) =>
      command
        .positional("twin", { ...pathOption, demandOption: true, describe: "a file of pcmlab twin fit" })
        .demandOption("twin")
        .options({
          format: {
            choices: ["aihwkit"] as const,
            demandOption: true,
            describe: "arguments of PCMLikeNoiseModel and CustomDriftPCMLikeNoiseModel of IBM/aihwkit",
          },
          out: {
            ...pathOption,
            alias: ["o", "output"],
            describe:
              "the file to write: JSON when its name ends in .json, else Python; printed when missing",
          },
        })
        .example(
          "$0 twin export --format aihwkit twin.json -o noise.py",
          "Python that makes both noise models",
        ),
    async (args) => {
      const { exportTwin } = await import("../actions/twin.ts");
      exportTwin(args, context);
    },
  );
