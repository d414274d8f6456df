/** pcmlab store check | vacuum | query */

import type { Argv } from "yargs";
import { exampleQueries } from "../../store/example-queries.ts";
import type { Context } from "../context.ts";
import { whole } from "./options.ts";
import { summaries } from "./summaries.ts";

const file = { type: "string", demandOption: true, describe: "the store" } as const;

const formats = ["table", "csv", "json"] as const;

export const storeCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command("store", summaries.store, (command) =>
    command
      .command(
        "check <file>",
        "verify structure, references and every checksum; say what is damaged and what is still good",
        (check) => check.positional("file", file).example("$0 store check run.db", "before it is archived"),
        async (args) => {
          const { storeCheck } = await import("../actions/store-check.ts");
          storeCheck(args.file, context);
        },
      )
      .command(
        "vacuum <file>",
        "give the room of what was deleted back to the disk",
        (vacuum) =>
          vacuum.positional("file", file).example("$0 store vacuum run.db", "needs as much room meanwhile"),
        async (args) => {
          const { storeVacuum } = await import("../actions/store-vacuum.ts");
          storeVacuum(args.file, context);
        },
      )
      .command(
        "query <file> <sql>",
        "print what a SELECT finds; cells(readout) and trace(array, row, column) give devices as rows",
        (query) =>
          query
            .positional("file", file)
            .positional("sql", {
              type: "string",
              demandOption: true,
              describe: "one SELECT; see docs/reference/store.md",
            })
            .options({
              format: {
                choices: formats,
                default: "table" as const,
                describe: "how to print it; --json means json",
              },
              most: { ...whole("most", 1, 10_000_000), default: 1000, describe: "how many rows to print" },
            })
            .example(`$0 store query run.db "${exampleQueries.readouts}"`, "what was read when")
            .example(`$0 store query run.db "${exampleQueries.cells}"`, "devices of readout 12"),
        async (args) => {
          const { storeQuery } = await import("../actions/store-query.ts");
          storeQuery(args, context);
        },
      )
      .example("$0 store check --help", "its options, with examples")
      .demandCommand(1, "name one of check, vacuum, query"),
  );
