/** pcmlab dashboard */

import type { Argv } from "yargs";
import type { Context } from "../context.ts";
import { ledgerOption, storeOption, whole } from "./options.ts";
import { summaries } from "./summaries.ts";

/** Not in the list of registered ports that programs commonly use. */
const usualPort = 8026;

export const dashboardCommand = (yargs: Argv, context: Context): Argv =>
  yargs.command(
    "dashboard",
    summaries.dashboard,
    (command) =>
      command
        .options({
          store: storeOption,
          port: {
            ...whole("port", 0, 65_535),
            default: usualPort,
            describe: "where the page is; 0 for a free port",
          },
          host: {
            type: "string",
            default: "127.0.0.1",
            describe: "address to listen on; any but a loopback address needs --token",
          },
          token: {
            type: "string",
            describe: "who does not send it sees nothing: in the address once as ?token=, or as a bearer",
          },
          ledger: ledgerOption,
        })
        .example("$0 dashboard --store run.db", "then open http://127.0.0.1:8026/")
        .example(
          '$0 dashboard --store run.db --host 0.0.0.0 --token "$(openssl rand -hex 16)"',
          "for a phone in the laboratory",
        ),
    async (args) => {
      const { dashboard } = await import("../actions/dashboard.ts");
      await dashboard(args, context);
    },
  );
