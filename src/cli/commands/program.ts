/** pcmlab program */

import type { Argv } from "yargs";
import { algorithmNames } from "../../../calibration/program-verify/algorithms.ts";
import type { Context } from "../context.ts";
import { mappingOptions } from "./mapping-options.ts";
import { boardOptions, calibrationOption, guardOptions, pathOption, storeOption } from "./options.ts";

export const programCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "program [network]",
    "program a network into the chip by program-and-verify",
    (command) =>
      command
        .positional("network", { ...pathOption, demandOption: true, describe: "an ONNX file" })
        // The positional itself is optional, so that it may stand in a config file.
        .demandOption("network")
        .options({
          ...boardOptions,
          ...guardOptions,
          store: storeOption,
          calibration: calibrationOption,
          gmax: { type: "string", default: "25uS", describe: "conductance of the largest weight of a layer" },
          bias: {
            choices: ["array", "digital"] as const,
            default: "array" as const,
            describe: "biases as a row of devices, or added in software",
          },
          ...mappingOptions,
          algorithm: {
            choices: algorithmNames,
            default: "melt-quench" as const,
            describe: "how devices are programmed; README.md compares them",
          },
          "verify-at": {
            type: "string",
            describe: "read again at these times after programming, and repair what has moved: 5s,20s",
          },
        })
        .example("$0 program resnet32.onnx --chip ./fusion --store run.db", "all layers, 25 µS"),
    async (args) => {
      const { program } = await import("../actions/program.ts");
      await program(args, context);
    },
  );
