/** Says how campaigns stand, from the store alone; and prints what a machine needs to run one unattended. */

import { userInfo } from "node:os";
import { resolve } from "node:path";
import { openStore } from "../../store/store.ts";
import { chosenCampaign } from "../campaign/chosen-campaign.ts";
import { statusOf, statusText } from "../campaign/status-report.ts";
import { systemdUnit } from "../campaign/systemd-unit.ts";
import type { Context } from "../context.ts";
import { packageFile } from "../package-files.ts";
import type { StartArguments } from "./campaign-start.ts";

export interface StatusArguments {
  readonly store: string;
  readonly campaign?: number | undefined;
  /** Every campaign of the store. */
  readonly all: boolean;
}

export function campaignStatus({ store: path, campaign, all }: StatusArguments, context: Context): void {
  const store = openStore(path, { mode: "read" });
  try {
    const chosen = all ? store.campaigns.list() : [chosenCampaign(store, campaign)];
    const wallSeconds = context.clock.wallSeconds();
    const campaigns = chosen.map((one) => statusOf(store, one, wallSeconds));
    context.output.result({ campaigns }, campaigns.map(statusText).join("\n") || `${path} holds no campaign`);
  } finally {
    store.close();
  }
}

/** The paths are absolute: systemd begins in another folder. */
export function campaignUnit(args: StartArguments, context: Context): void {
  const store = resolve(args.store);
  const { chip, baud, link, reconnect, driver, campaign, webhook, hook, log } = args;
  const options = { chip: /^\.{0,2}\//.test(chip) ? resolve(chip) : chip, store, baud, link, reconnect };
  const named = {
    ...options,
    ...(driver !== undefined && { driver: /^\.{0,2}\//.test(driver) ? resolve(driver) : driver }),
    ...(campaign !== undefined && { campaign }),
    ...(webhook !== undefined && { webhook }),
    ...(hook !== undefined && { hook }),
    ...(log !== undefined && { log: resolve(log) }),
  };
  const words = Object.entries(named).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const unit = systemdUnit({
    node: process.execPath,
    main: packageFile("dist", "bundle", "pcmlab.js"),
    folder: process.cwd(),
    store,
    user: userInfo().username,
    words: ["--no-config", ...words],
  });
  if (webhook === undefined && hook === undefined)
    context.output.warn(
      "without --hook or --webhook nobody is told of alarms: they are in the log of the campaign only",
    );
  context.output.result({ unit }, unit.trimEnd());
}
