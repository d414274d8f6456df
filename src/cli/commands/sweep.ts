/** pcmlab sweep */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { arrayOptions } from "./array-options.ts";
import { imageOptions } from "./image-options.ts";
import { mappingOptions } from "./mapping-options.ts";
import { pathOption, pathOrNameOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const sweepCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "sweep [network]",
    summaries.sweep,
    (command) =>
      command
        .positional("network", { ...pathOption, demandOption: true, describe: "an ONNX file" })
        .demandOption("network")
        .options({
          profile: { ...pathOrNameOption, default: "fusion-1m", describe: "the emulated chips" },
          seeds: { type: "string", default: "1..3", describe: "of the chips: 1..5 or 1,2,7" },
          folder: {
            ...pathOption,
            default: "pcmlab-sweep",
            describe: "one store for each chip, and the report",
          },
          at: { type: "string", default: "25s,1h,1d", describe: "times since each region's own programming" },
          ...imageOptions,
          images: { ...imageOptions.images, demandOption: true },
          gmax: mappingOptions.gmax,
          bias: mappingOptions.bias,
          scale: { ...mappingOptions.scale, describe: "layer, column or percentile:P; several with commas" },
          algorithms: {
            type: "string",
            default: "melt-quench",
            describe: "programming algorithms, several with commas",
          },
          devices: mappingOptions.devices,
          "verify-at": {
            type: "string",
            describe: "read again at these times after programming, and repair what has moved: 5s,20s",
          },
        })
        .options(arrayOptions)
        .example(
          "$0 sweep resnet32.onnx --images test_batch.bin --seeds 1..5 --at 25s,1d,1y --compensation gdc,per-column",
          "five chips, three times, two compensations",
        ),
    async (args) => {
      const { sweep } = await import("../actions/sweep.ts");
      await sweep(args, context);
    },
  );
