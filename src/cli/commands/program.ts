/** pcmlab program */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { boardOptions, storeOption } from "./options.ts";

export const programCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "program <network>",
    "program a network into the chip by program-and-verify",
    (command) =>
      command
        .positional("network", { type: "string", demandOption: true, describe: "an ONNX file" })
        .options({
          ...boardOptions,
          store: storeOption,
          gmax: { type: "string", default: "25uS", describe: "conductance of the largest weight of a layer" },
          bias: {
            choices: ["array", "digital"] as const,
            default: "array" as const,
            describe: "biases as a row of devices, or added in software",
          },
        })
        .example("$0 program resnet32.onnx --chip ./fusion --store run.db", "all layers, 25 µS"),
    async (args) => {
      const { program } = await import("../actions/program.ts");
      await program(args, context);
    },
  );
