/** pcmlab emulator */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { maxSeed, pathOption, pathOrNameOption, probability, whole } from "./options.ts";
import { summaries } from "./summaries.ts";

export const emulatorCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "emulator",
    summaries.emulator,
    (command) =>
      command
        .options({
          // No defaults in yargs: with --load the saved chip says what it is, and what is given must agree with it.
          profile: {
            ...pathOrNameOption,
            defaultDescription: "fusion-1m",
            describe: "a built-in profile, or a JSON file (see `pcmlab profile`)",
          },
          seed: {
            ...whole("seed", 0, maxSeed),
            defaultDescription: "1",
            describe: "the individual chip: equal seeds have equal devices",
          },
          pty: { ...pathOption, describe: "make a serial port and link it to this path" },
          tcp: {
            ...whole("tcp", 0, 65_535),
            describe: "listen on this port of the loopback interface; 0 for a free one",
          },
          usbip: {
            ...whole("usbip", 0, 65_535),
            describe:
              "be a USB device that Linux imports from this loopback port (often 3240); 0 for a free one",
          },
          baud: {
            ...whole("baud", 50, 20_000_000),
            describe: "hold the serial port to this rate (8N1); as fast as it goes when missing",
          },
          noise: {
            type: "string",
            default: "0",
            coerce: probability,
            hidden: true,
            describe: "probability that a bit on the serial line is flipped, by --seed",
          },
          time: {
            type: "string",
            default: "virtual",
            describe:
              "virtual: passes in operations and on request; wall: passes really; 60x: so many times as fast",
          },
          "off-time": {
            choices: ["stands", "passes"] as const,
            default: "stands" as const,
            describe:
              "of a chip that is loaded. stands: no time passed while it was off; passes: like a real board, it aged and its clock begins at 0",
          },
          temperature: {
            type: "string",
            describe: "ambient temperature from the start on, like 330K",
          },
          load: { ...pathOption, describe: "go on with the chip that was saved to this file" },
          save: {
            ...pathOption,
            describe: "save the chip to this file at the end, with wear, clock and drift",
          },
          "until-stdin-closes": { type: "boolean", default: false, describe: "end when stdin closes" },
        })
        .example("$0 emulator --profile fusion-1m --seed 1 --pty ./fusion", "until Ctrl-C")
        .example("$0 emulator --load chip.state --save chip.state --pty ./fusion", "the same chip for weeks"),
    async (args) => {
      const { emulate } = await import("../actions/emulator.ts");
      await emulate(args, context);
    },
  );
