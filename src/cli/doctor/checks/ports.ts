/** Serial ports: who may open them, who has them, and how fast they answer. */

import type { Diagnosis } from "../diagnosis.ts";
import type { Facts } from "../facts.ts";
import { udevCommand } from "../udev.ts";

export function listing({ portsFailure, platform }: Facts): Diagnosis[] {
  if (portsFailure === undefined) return [];
  const mend = platform === "linux" ? "sudo apt-get install udev" : undefined;
  return [{ level: "warning", subject: "serial ports", text: portsFailure, mend }];
}

export function portPermissions({ ports, user }: Facts): Diagnosis[] {
  return ports.map(({ path, mayUse, group, isMember }): Diagnosis => {
    if (mayUse) return { level: "fine", subject: path, text: "may be opened" };
    const problem = { level: "problem", subject: path } as const;
    if (group === undefined || group === "root")
      return { ...problem, text: `${user} may not open it${ownedBy(group)}`, mend: udevCommand };
    if (isMember) {
      const text = `${user} is in its group ${group}, but was not yet at the last login`;
      return { ...problem, text, mend: `newgrp ${group}   # or log out and in again` };
    }
    return { ...problem, text: `${user} may not open it${ownedBy(group)}`, mend: joinGroup(group, user) };
  });
}

const ownedBy = (group: string | undefined): string =>
  group === undefined ? "" : `; it belongs to the group ${group}`;

const joinGroup = (group: string, user: string): string =>
  `sudo usermod -aG ${group} ${user}   # then log in again`;

export const holders = ({ holders: all }: Facts): Diagnosis[] =>
  all.map(({ path, pid, program }) => ({
    level: "warning",
    subject: path,
    text: `${program} (process ${pid}) has it open`,
    mend: `kill ${pid}   # or end ${program} in its own way`,
  }));

/** A bridge with a longer latency timer answers each small request that much later (ms). */
const goodLatency = 1;

export function latency({ latencyTimers }: Facts): Diagnosis[] {
  return latencyTimers.map(({ port, milliseconds }): Diagnosis => {
    const subject = `latency of ${port}`;
    if (milliseconds <= goodLatency) return { level: "fine", subject, text: `${milliseconds} ms` };
    return {
      level: "warning",
      subject,
      text: `${milliseconds} ms: every answer waits so long in the FTDI bridge`,
      mend: `echo ${goodLatency} | sudo tee /sys/bus/usb-serial/devices/${port}/latency_timer`,
    };
  });
}

/** What each of them does to a port, and how it is told not to. */
const intrusions: Readonly<Record<string, readonly [string, string]>> = {
  ModemManager: [
    "sends modem commands to new serial ports and holds them for seconds",
    "sudo systemctl disable --now ModemManager",
  ],
  brltty: ["takes serial bridges for Braille displays", "sudo systemctl disable --now brltty-udev brltty"],
};

export function intruders({ intruders: running }: Facts): Diagnosis[] {
  return running.flatMap((name): Diagnosis[] => {
    const known = intrusions[name];
    if (known === undefined) return [];
    const [text, mend] = known;
    return [{ level: "warning", subject: name, text: `is running: it ${text}`, mend }];
  });
}

/** The programs that are looked for. */
export const intruderNames: readonly string[] = Object.keys(intrusions);
