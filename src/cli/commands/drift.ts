/** pcmlab drift */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { rederivationOption, storeOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const driftCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "drift",
    summaries.drift,
    (command) =>
      command
        .options({
          store: storeOption,
          level: { type: "boolean", describe: "a table by target level (what is printed without --tile)" },
          tile: { type: "boolean", conflicts: "level", describe: "a table by tile" },
          device: {
            type: "string",
            conflicts: ["level", "tile"],
            describe: "one device: array, word line and bit line; nothing is stored",
          },
          model: {
            choices: ["auto", "power", "floor", "two"] as const,
            default: "auto" as const,
            describe:
              "law: a power law, one with a floor, one with two exponents, or for each level the best of them",
          },
          from: {
            type: "string",
            default: "20s",
            describe: "leave out readings that are younger; the published law begins at 20 s",
          },
          reference: { type: "string", default: "25s", describe: "the age that conductances are given for" },
          "converter-calibration": { ...rederivationOption, alias: "calibration" },
        })
        .example("$0 drift --store run.db", "exponent by level, with its interval and the best law")
        .example("$0 drift --store run.db --device 0,17,203", "one device, reading by reading"),
    async (args) => {
      const { drift } = await import("../actions/drift.ts");
      await drift(args, context);
    },
  );
