/** The log of a campaign: one JSON document a line, on the disk before the campaign goes on. */

import { pino } from "pino";
import type { CampaignEvent } from "../../campaign/campaign-event.ts";
import type { Clock } from "../../core/clock.ts";
import { LabError, textOf } from "../../core/errors.ts";

export type CampaignLog = (event: CampaignEvent) => void;

const methods = { info: "info", warning: "warn", error: "error" } as const;

/** Goes on at the end of a file that is there. @throws LabError ENVIRONMENT when it cannot be written. */
export function campaignLog(path: string | undefined, campaign: number, clock: Clock): CampaignLog {
  if (path === undefined) return () => {};
  const destination = opened(path);
  // A full disk is told on stderr, and the campaign goes on when there is room.
  destination.on("error", () => {});
  const timestamp = (): string => `,"time":"${new Date(clock.wallSeconds() * 1000).toISOString()}"`;
  const log = pino({ base: { campaign, process: process.pid }, timestamp }, destination);
  return ({ kind, level, text }) => log[methods[level]]({ kind }, text);
}

function opened(path: string): ReturnType<typeof pino.destination> {
  try {
    return pino.destination({ dest: path, append: true, sync: true });
  } catch (cause) {
    throw new LabError("ENVIRONMENT", `the log ${path} cannot be written: ${textOf(cause)}`, {
      cause,
      next: "name another file with --log",
    });
  }
}
