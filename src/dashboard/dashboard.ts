/** A live, read-only page of one store: for the time being of a run in another process, or of what is there. */

import { basename } from "node:path";
import type { Clock, Timer } from "../core/clock.ts";
import { LabError } from "../core/errors.ts";
import type { Store } from "../store/store.ts";
import { type AccessRules, isLoopback } from "./access.ts";
import { AccessToken, shortestToken } from "./access-token.ts";
import { Pace } from "./pace.ts";
import { partTitles } from "./part-titles.ts";
import { mostWornShown } from "./parts/wear.ts";
import { Refresher } from "./refresher.ts";
import { DashboardServer, type ServerLimits } from "./server.ts";
import { type Heading, Site } from "./site.ts";
import { WearWatch } from "./wear-watch.ts";

export interface DashboardOptions {
  /** Opened for reading. */
  readonly store: Store;
  readonly host: string;
  /** 0 for one that is free. */
  readonly port: number;
  /** Needed unless `host` is a loopback address. */
  readonly token: string | undefined;
  /** Names of this machine that the page may be asked for by. */
  readonly names: readonly string[];
  readonly ledgerFolder: string;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Processor time of this process until now, s. */
  readonly cpuSeconds: () => number;
  readonly limits?: Partial<ServerLimits>;
}

export interface Dashboard {
  readonly port: number;
  /** Ends only with a failure, or once the dashboard is closed. */
  readonly ended: Promise<void>;
  /** Ends all connections. The store stays open. */
  close(): Promise<void>;
}

/** Drawing may take this share of one core in the long run, and this many seconds of it at once after a rest. */
const drawingTerms = { unitsPerSecond: 0.05, burstUnits: 5 };
/** A ledger is written at every pulse train, and read as a whole. */
const seldomSeconds = 10;

/** @throws LabError USAGE when others could reach it without a token; PORT_BUSY, PORT_PERMISSION, USAGE when the address cannot be had. */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { store, host, clock, timer, cpuSeconds, limits } = options;
  const access = accessOf(options);
  const site = new Site(headingOf(store), partTitles);
  const server = new DashboardServer({ site, access, clock, timer, ...(limits && { limits }) });
  const port = await server.listen(host, options.port);
  const stop = new AbortController();
  const pace = new Pace({ clock, timer, cpuSeconds, terms: drawingTerms, signal: stop.signal });
  const wear = new WearWatch({ folder: options.ledgerFolder, most: mostWornShown, seldomSeconds });
  const refresher = new Refresher({
    ...{ store, wear, clock, pace },
    show: (panel) => {
      const tag = site.put(panel);
      if (tag !== undefined) server.announce(panel.id, tag);
    },
  });
  const ended = refresher.run().catch((failure: unknown) => {
    if (!stop.signal.aborted) throw failure;
  });
  return {
    port,
    ended,
    close: async () => {
      stop.abort();
      await server.close();
      // Whoever waits for `ended` is told of its failure.
      await ended.catch(() => {});
    },
  };
}

function accessOf({ host, token, names }: DashboardOptions): AccessRules {
  if (token === undefined && !isLoopback(host))
    throw new LabError("USAGE", `--host ${host} lets other machines in, and there is no --token`, {
      next: 'add --token "$(openssl rand -hex 16)", or leave --host away and forward the port by ssh -L',
    });
  if (token !== undefined && token.length < shortestToken)
    throw new LabError(
      "USAGE",
      `--token has ${token.length} characters; ${shortestToken} or more are needed`,
      {
        next: 'make one with "$(openssl rand -hex 16)"',
      },
    );
  const own = isLoopback(host) ? names : [...names, host];
  return { names: own, token: token === undefined ? undefined : new AccessToken(token) };
}

/** Of what is known at the beginning; a store is filled later at times. */
function headingOf(store: Store): Heading {
  const chip = store.chips.latest()?.descriptor;
  const kind = chip?.emulated === true ? "emulated chip" : "chip";
  const on = chip === undefined ? "" : `: ${kind} ${chip.model}, serial number ${chip.serialNumber}`;
  return { title: store.networks.find()?.name ?? basename(store.path), subtitle: store.path + on };
}
