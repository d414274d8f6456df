/** pcmlab emulator */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { seedOption } from "./options.ts";

export const emulatorCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "emulator",
    "serve an emulated chip on a pseudo-terminal or a TCP port",
    (command) =>
      command
        .options({
          profile: { type: "string", default: "fusion-1m", describe: "fusion-1m, hermes-core or tiny" },
          seed: { ...seedOption, describe: "the individual chip: equal seeds have equal devices" },
          pty: { type: "string", describe: "make a serial port and link it to this path" },
          tcp: {
            type: "number",
            describe: "listen on this port of the loopback interface; 0 for a free one",
          },
          "until-stdin-closes": { type: "boolean", default: false, describe: "end when stdin closes" },
        })
        .example("$0 emulator --profile fusion-1m --seed 1 --pty ./fusion", "until Ctrl-C"),
    async (args) => {
      const { emulate } = await import("../actions/emulator.ts");
      await emulate(args, context);
    },
  );
