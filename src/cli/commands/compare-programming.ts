/** pcmlab compare-programming */

import type { Argv } from "yargs";
import { methodNames } from "../../../calibration/methods/names.ts";
import type { Context } from "../context.ts";
import { imageOptions } from "./image-options.ts";
import { mappingOptions } from "./mapping-options.ts";
import { boardOptions, guardOptions, pathOption, pathOrNameOption, seedOption, whole } from "./options.ts";
import { summaries } from "./summaries.ts";

/** Of a real chip in the place of emulated ones. */
const cellsOfChip = {
  ...boardOptions,
  chip: {
    ...boardOptions.chip,
    demandOption: false,
    inOwnTable: true,
    conflicts: "profile",
    describe: "a real board instead, whose cells are pulsed: needs --yes",
  },
  region: {
    type: "string",
    coerce: (text: string | undefined) => text?.split(","),
    describe:
      "cells that may be pulsed, ARRAY:FIRST-LAST:FIRST-LAST (word lines:bit lines): one area for all, or one each with commas between; word lines that were never pulsed when missing",
  },
  yes: { type: "boolean", describe: "pulse the cells of --chip that are announced" },
  ...guardOptions,
} as const;

export const compareProgrammingCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "compare-programming",
    summaries["compare-programming"],
    (command) =>
      command
        .options({
          algorithms: {
            type: "string",
            default: "melt-quench,partial-set,residual,residual+late:5s,20s",
            describe: `${methodNames.join(", ")}; NAME+late:5s,20s also reads and repairs at these times after programming`,
          },
          profile: {
            ...pathOrNameOption,
            describe: "emulated chips, one for each algorithm and all alike; fusion-1m when missing",
          },
          seed: {
            ...seedOption,
            describe: "of the emulated chips, the order of levels and the random vectors",
          },
          ...cellsOfChip,
          "per-level": {
            ...whole("per-level", 2, 1_000_000),
            default: 1000,
            describe: "weights of each of the eleven levels, at least",
          },
          at: {
            type: "string",
            default: "25s",
            describe: "read at these times after programming: 25s,1h,1d",
          },
          converters: {
            choices: ["measured", "nominal"] as const,
            default: "measured" as const,
            describe: "measure the converters first, where the chip has references, or trust the descriptor",
          },
          ...mappingOptions,
          gmax: { ...mappingOptions.gmax, describe: "conductance of the largest level of a device" },
          network: {
            ...pathOption,
            describe: "an ONNX file: it is programmed, too, and its accuracy measured",
          },
          ...imageOptions,
          html: { ...pathOption, describe: "write a report with figure and tables into this file" },
        })
        .example("$0 compare-programming --algorithms melt-quench,residual+late:5s,20s", "on emulated chips")
        .example(
          "$0 compare-programming --profile hermes-core --devices 4 --gmax 10.35uS --algorithms melt-quench,max-set-fill,gradient-descent --html cmp.html",
          "four devices a weight, products in the array",
        )
        .example(
          "$0 compare-programming --chip /dev/ttyACM0 --region 0:0-255:0-511 --yes",
          "on a real chip, within these cells",
        ),
    async (args) => {
      const { compareProgramming } = await import("../actions/compare-programming.ts");
      await compareProgramming(args, context);
    },
  );
