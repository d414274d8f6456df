/** The clock of this machine: records are dated by it, and ages over a restart of a board are counted by it. */

import type { Diagnosis } from "../diagnosis.ts";
import type { Facts } from "../facts.ts";

/** pcmlab is younger than that (2025-01-01). */
const earliestSeconds = 1_735_689_600;

export function clock({ clock: { wallSeconds, isSynchronised }, platform }: Facts): Diagnosis[] {
  const subject = "clock";
  const mend = platform === "linux" ? "sudo timedatectl set-ntp true" : undefined;
  const now = new Date(wallSeconds * 1000).toISOString().slice(0, 16);
  if (wallSeconds < earliestSeconds)
    return [{ level: "problem", subject, text: `it says ${now}, which is long past`, mend }];
  if (isSynchronised === undefined) return [{ level: "fine", subject, text: `${now} UTC` }];
  if (isSynchronised) return [{ level: "fine", subject, text: "synchronised" }];
  const text = "not synchronised: ages over a restart of the board are as wrong as it is";
  return [{ level: "warning", subject, text, mend }];
}
