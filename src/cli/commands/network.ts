/** pcmlab network show */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { mappingOptions } from "./mapping-options.ts";
import { pathOrNameOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const networkCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command("network", summaries.network, (command) =>
    command
      .command(
        "show <network>",
        "its layers, which of them are analog, their matrices, and where they go on a chip",
        (show) =>
          show
            .positional("network", { type: "string", demandOption: true, describe: "an ONNX file" })
            .options({
              bias: {
                choices: ["array", "digital"] as const,
                default: "array" as const,
                describe: "where biases go",
              },
              devices: mappingOptions.devices,
              profile: {
                ...pathOrNameOption,
                default: "fusion-1m",
                describe: "the chip: a built-in profile, or a JSON file",
              },
              places: { type: "boolean", default: false, describe: "print every region" },
            })
            .example("$0 network show resnet32.onnx", "before it is programmed"),
        async (args) => {
          const { showNetwork } = await import("../actions/network-show.ts");
          await showNetwork(args, context);
        },
      )
      .example("$0 network show --help", "its options, with examples")
      .demandCommand(1, "name show"),
  );
