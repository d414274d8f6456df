/** pcmlab init, pcmlab config show | schema */

import type { Argv } from "yargs";
import type { Commands } from "../config/declared.ts";
import type { Context } from "../context.ts";
import { pathOption } from "./options.ts";
import { summaries } from "./summaries.ts";

export const initCommand = (yargs: Argv, context: Context, declared: () => Promise<Commands>): Argv =>
  yargs.command(
    "init",
    summaries.init,
    (command) =>
      command
        .options({
          file: {
            ...pathOption,
            default: "pcmlab.toml",
            describe: "the file; one that exists is left alone",
          },
          all: { type: "boolean", default: false, describe: "every option, and not only the usual ones" },
        })
        .example("$0 init", "pcmlab.toml with the usual options, commented out"),
    async (args) => {
      const { initConfig } = await import("../actions/config.ts");
      await initConfig(args, await declared(), context);
    },
  );

export const configCommand = (yargs: Argv, context: Context, declared: () => Promise<Commands>): Argv =>
  yargs.command("config", summaries.config, (command) =>
    command
      .command(
        "show [command] [subcommand]",
        "every option of a command, its value and where that comes from; without a command all that the file sets",
        (show) =>
          show
            .positional("command", { type: "string", describe: "as on the command line" })
            .positional("subcommand", { type: "string", describe: "as on the command line" })
            .example("$0 config show program", "what `pcmlab program` would use"),
        async (args) => {
          const { showConfig } = await import("../actions/config.ts");
          const { command: of, subcommand, config } = args;
          const file = typeof config === "string" ? config : undefined;
          showConfig({ command: of, subcommand, config: file }, await declared(), process.cwd(), context);
        },
      )
      .command(
        "schema",
        "print the JSON Schema of config files, for editors",
        (schema) => schema.example("$0 config schema > pcmlab.schema.json", "for an editor that checks TOML"),
        async () => {
          const { printSchema } = await import("../actions/config.ts");
          printSchema(await declared(), context);
        },
      )
      .example("$0 config show --help", "its options, with examples")
      .demandCommand(1, "name one of show, schema"),
  );
