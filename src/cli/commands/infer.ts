/** pcmlab infer */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { pathOption, rederivationOption, seedOption, storeOption, whole } from "./options.ts";

export const inferCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "infer",
    "run the network with the conductances that were read, at every time, beside the digital baseline",
    (command) =>
      command
        .options({
          store: storeOption,
          images: {
            ...pathOption,
            demandOption: true,
            describe: "test images: CIFAR-10 binary or IDX, also gzipped",
          },
          labels: { ...pathOption, describe: "IDX labels, when they do not lie beside the images" },
          calibration: {
            ...pathOption,
            describe: "training images for adabs, disjoint from the test images",
          },
          "converter-calibration": rederivationOption,
          at: { type: "string", describe: "only these of the times that were read" },
          compensation: { type: "string", default: "none,gdc", describe: "any of none, gdc, adabs" },
          augment: { type: "string", describe: "what training did to its images: crop4, flip" },
          normalise: {
            type: "string",
            default: "auto",
            describe: "auto, imagenet, none, or MEAN,…/STD,… of bytes scaled to 0..1",
          },
          limit: { ...whole("limit", 1, 10_000_000), describe: "use only the first so many test images" },
          batch: { ...whole("batch", 1, 100_000), default: 200, describe: "images of one forward pass" },
          threads: { ...whole("threads", 1, 1024), describe: "processor cores; all when not given" },
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
