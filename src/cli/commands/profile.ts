/** pcmlab profile list | show | check */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { summaries } from "./summaries.ts";

const nameOrFile = {
  type: "string",
  demandOption: true,
  describe: "a built-in profile, or a JSON file",
} as const;

export const profileCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command("profile", summaries.profile, (command) =>
    command
      .command(
        "list",
        "the built-in profiles",
        (list) => list.example("$0 profile list", "what --profile may name"),
        async () => {
          const { listProfiles } = await import("../actions/profile.ts");
          listProfiles(context);
        },
      )
      .command(
        "show <profile>",
        "print a profile as JSON, to copy and change",
        (show) =>
          show
            .positional("profile", nameOrFile)
            .example("$0 profile show fusion-1m > my-chip.json", "a chip of your own"),
        async (args) => {
          const { showProfile } = await import("../actions/profile.ts");
          showProfile(args.profile, context);
        },
      )
      .command(
        "check <profile>",
        "say OK, or which value is wrong and what it may be",
        (check) =>
          check
            .positional("profile", nameOrFile)
            .example("$0 profile check my-chip.json", "before it is used"),
        async (args) => {
          const { checkProfile } = await import("../actions/profile.ts");
          checkProfile(args.profile, context);
        },
      )
      .example("$0 profile show --help", "its options, with examples")
      .demandCommand(1, "name one of list, show, check"),
  );
