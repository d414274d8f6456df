/** pcmlab infer */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { imageOptions } from "./image-options.ts";
import { rederivationOption, seedOption, storeOption } from "./options.ts";

export const inferCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "infer",
    "run the network with the conductances that were read, at every time, beside the digital baseline",
    (command) =>
      command
        .options({
          store: storeOption,
          ...imageOptions,
          images: { ...imageOptions.images, demandOption: true },
          "converter-calibration": rederivationOption,
          at: { type: "string", describe: "only these of the times that were read" },
          seed: { ...seedOption, describe: "of the order and augmentation of calibration images" },
        })
        .example(
          "$0 infer --store run.db --images test_batch.bin --calibration calibration_2600.bin --compensation none,gdc,adabs --augment crop4,flip",
          "accuracy over time",
        ),
    async (args) => {
      const { infer } = await import("../actions/infer.ts");
      await infer(args, context);
    },
  );
