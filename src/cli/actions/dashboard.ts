/** Serves the live page of a store until it is told to stop. */

import { readdirSync } from "node:fs";
import { constants, hostname, setPriority } from "node:os";
import { textOf } from "../../core/errors.ts";
import { openStore } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { ledgerFolder } from "../ledger-folder.ts";
import { untilStopped } from "./until-stopped.ts";

export interface DashboardArguments {
  readonly store: string;
  readonly port: number;
  readonly host: string;
  readonly token?: string | undefined;
  readonly ledger?: string | undefined;
}

export async function dashboard(args: DashboardArguments, context: Context): Promise<void> {
  const { host, token } = args;
  const { clock, timer, output } = context;
  const store = openStore(args.store, { mode: "read" });
  try {
    const { startDashboard } = await import("../../dashboard/dashboard.ts");
    const started = await startDashboard({
      ...{ store, host, token, clock, timer, cpuSeconds },
      port: args.port,
      names: [hostname()],
      ledgerFolder: ledgerFolder(args.ledger),
    });
    giveWay(context);
    const url = addressOf(host, started.port, token);
    output.result({ url, store: args.store }, `${url} shows ${args.store}; Ctrl-C ends it`);
    try {
      await Promise.race([untilStopped(context.stop, false), started.ended]);
    } finally {
      await started.close();
    }
  } finally {
    store.close();
  }
}

/** Of all threads. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** A run has the processor before the page about it. Linux has a priority for each thread, and lists them; elsewhere it is the process's. */
function giveWay({ output }: Context): void {
  try {
    for (const thread of threads()) setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch (failure) {
    output.note(`the dashboard could not lower its priority: ${textOf(failure)}`);
  }
}

function threads(): number[] {
  if (process.platform !== "linux") return [process.pid];
  return readdirSync("/proc/self/task").map(Number);
}

/** All addresses are no address that a browser can open. */
function addressOf(host: string, port: number, token: string | undefined): string {
  const name = host === "0.0.0.0" || host === "::" ? hostname() : host;
  const query = token === undefined ? "" : `?token=${encodeURIComponent(token)}`;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}/${query}`;
}
