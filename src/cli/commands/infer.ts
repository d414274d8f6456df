/** pcmlab infer */

import type { Argv } from "yargs";
import { LabError } from "../../core/errors.ts";
import { engineNames } from "../../inference/engines.ts";
import type { Context } from "../context.ts";
import { arrayOptions } from "./array-options.ts";
import { imageOptions } from "./image-options.ts";
import { boardOptions, chipOption, rederivationOption, seedOption, storeOption } from "./options.ts";
import { summaries } from "./summaries.ts";

/** @throws LabError USAGE. */
function oneOrFour(value: unknown): 1 | 4 {
  if (Number(value) === 1) return 1;
  if (Number(value) === 4) return 4;
  throw new LabError("USAGE", `--phases ${value}: a product takes one phase or four`, {
    next: "choose --phases 1 or --phases 4",
  });
}

export const inferCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "infer",
    summaries.infer,
    (command) =>
      command
        .options({
          store: storeOption,
          ...imageOptions,
          images: { ...imageOptions.images, demandOption: true },
          "converter-calibration": rederivationOption,
          at: { type: "string", describe: "only these of the times that were read" },
          ...boardOptions,
          chip: { ...chipOption, demandOption: false, describe: "the board, when layers run on it" },
          engine: {
            choices: engineNames,
            default: "readout" as const,
            describe: "what multiplies: the exact weights, those that were read, or the array of the chip",
          },
          layers: {
            type: "string",
            describe: "engines of single layers, NAME=ENGINE,...; * stands for any characters",
          },
          phases: {
            type: "string",
            default: "1",
            coerce: oneOrFour,
            describe:
              "conversions of one product on the chip: 1, or 4 with one sign of inputs and weights each",
          },
          ...arrayOptions,
          seed: {
            ...seedOption,
            describe: "of the order and augmentation of calibration images, and of modelled noise",
          },
        })
        .example(
          "$0 infer --store run.db --images test_batch.bin --calibration-images calibration_2600.bin --compensation none,gdc,adabs --augment crop4,flip",
          "accuracy over time",
        )
        .example(
          "$0 infer --store run.db --images test_batch.bin --calibration-images calibration_2600.bin --dac-bits 8 --adc-bits 8 --read-noise pcm",
          "converters and read noise of every product, modelled",
        )
        .example(
          "$0 infer --store run.db --chip ./core --engine chip --images test.gz --calibration-images train.gz --normalise 0.5/0.5",
          "the array multiplies",
        ),
    async (args) => {
      const { infer } = await import("../actions/infer.ts");
      await infer(args, context);
    },
  );
