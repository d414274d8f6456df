/** pcmlab validate */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { arrayOptions } from "./array-options.ts";
import { imageOptions } from "./image-options.ts";
import {
  averagesOption,
  boardOptions,
  pathOption,
  pathOrNameOption,
  rederivationOption,
  seedOption,
  storeOption,
  voltsOption,
  whole,
} from "./options.ts";
import { summaries } from "./summaries.ts";

const { chip, ...lineOptions } = boardOptions;

/** What stands side by side. */
const sources = {
  store: { ...storeOption, demandOption: false, describe: "the run that is validated" },
  chip: {
    ...chip,
    demandOption: false,
    inOwnTable: true,
    describe: "the board of the store: it is read first, at --at",
  },
  ...lineOptions,
  against: {
    ...pathOption,
    array: true,
    nargs: 1,
    coerce: (files: readonly string[]) => files.flatMap((file) => file.split(",")),
    describe: "stores to compare with, several with commas",
  },
  emulator: {
    ...pathOrNameOption,
    describe: "compare with emulated chips of this profile, programmed and read as the store's was",
  },
  seeds: { type: "string", default: "1..3", describe: "of the emulated chips: 1..5 or 1,2,7" },
  folder: {
    ...pathOption,
    default: "pcmlab-validate",
    describe: "one store for each emulated chip; those that are there are taken",
  },
} as const;

export const validateCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "validate [network]",
    summaries.validate,
    (command) =>
      command
        .positional("network", {
          ...pathOption,
          describe: "an ONNX file, for emulated chips without a store",
        })
        .options({
          ...sources,
          at: { type: "string", describe: "time since programming; the latest that was read when missing" },
          readings: {
            ...whole("readings", 1, 16),
            default: 1,
            describe: "readings of --chip, or of every emulated chip",
          },
          averages: averagesOption,
          volts: voltsOption,
          ...imageOptions,
          images: { ...imageOptions.images, demandOption: true },
          compensation: {
            ...imageOptions.compensation,
            default: "gdc",
            describe: "one that infer knows, or a combination such as per-column+adabs",
          },
          ...arrayOptions,
          "converter-calibration": {
            ...rederivationOption,
            describe: `${rederivationOption.describe}; --chip is read with it`,
          },
          limits: {
            ...pathOption,
            describe:
              "a TOML file of what must be kept, such as docs/reference/limits.toml; exit code 11 when it is not",
          },
          draws: {
            ...whole("draws", 1, 1000),
            default: 1,
            describe: "draws of modelled read noise that the accuracy is taken over",
          },
          seed: { ...seedOption, describe: "of random inputs, modelled noise and the calibration" },
        })
        .example(
          "$0 validate --store run.db --images test_batch.bin --emulator fusion-1m --limits limits.toml",
          "a chip beside three emulated ones",
        ),
    async (args) => {
      const { validate } = await import("../actions/validate.ts");
      await validate(args, context);
    },
  );
