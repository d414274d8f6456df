/** What the facts of a machine mean for a board, each with the command that mends it. Pure. */

import type { Facts } from "./facts.ts";
import { udevCommand, udevFile } from "./udev.ts";

export interface Diagnosis {
  /** `note`: worth knowing. `warning`: slower or less reliable. `problem`: something cannot work. */
  readonly level: "fine" | "note" | "warning" | "problem";
  readonly subject: string;
  readonly text: string;
  /** The command that mends it. */
  readonly mend?: string | undefined;
}

/** The oldest Node that pcmlab runs on (package.json, engines). */
const oldestNode = [20, 19, 0] as const;
/** Without it there are no pseudo-terminals for the emulator, and nothing else is missing. */
const optionalModules = ["node-pty", "usb"];
/** A bridge with a longer latency timer answers each small request that much later (ms). */
const goodLatency = 1;

const checks: readonly ((facts: Facts) => readonly Diagnosis[])[] = [
  nodeVersion,
  modules,
  listing,
  portPermissions,
  usbPermissions,
  rules,
  latency,
  intruders,
];

export const diagnose = (facts: Facts): Diagnosis[] => checks.flatMap((check) => check(facts));

function nodeVersion({ nodeVersion: version }: Facts): Diagnosis[] {
  const subject = `Node ${version}`;
  const oldest = oldestNode.join(".");
  if (!older(version, oldestNode)) return [{ level: "fine", subject, text: `at least ${oldest}` }];
  return [
    { level: "problem", subject, text: `older than ${oldest}`, mend: "install Node 22: https://nodejs.org" },
  ];
}

function older(version: string, limit: readonly number[]): boolean {
  const parts = version.replace(/^v/, "").split(".").map(Number);
  const at = limit.findIndex((part, n) => parts[n] !== part);
  return at >= 0 && (parts[at] ?? 0) < (limit[at] ?? 0);
}

function modules({ modules: all }: Facts): Diagnosis[] {
  return all.map(({ name, failure }): Diagnosis => {
    if (failure === undefined) return { level: "fine", subject: name, text: "loads" };
    const level = optionalModules.includes(name) ? "warning" : "problem";
    return { level, subject: name, text: `does not load: ${failure}`, mend: `npm rebuild ${name}` };
  });
}

function listing({ portsFailure, platform }: Facts): Diagnosis[] {
  if (portsFailure === undefined) return [];
  const mend = platform === "linux" ? "sudo apt-get install udev" : undefined;
  return [{ level: "warning", subject: "serial ports", text: portsFailure, mend }];
}

function portPermissions({ ports, user }: Facts): Diagnosis[] {
  return ports.map(({ path, mayUse, group }): Diagnosis => {
    if (mayUse) return { level: "fine", subject: path, text: "may be opened" };
    const owner = group === undefined ? "" : `; it belongs to the group ${group}`;
    const mend = group === undefined || group === "root" ? udevCommand : joinGroup(group, user);
    return { level: "problem", subject: path, text: `${user} may not open it${owner}`, mend };
  });
}

const joinGroup = (group: string, user: string): string =>
  `sudo usermod -aG ${group} ${user}   # then log in again`;

function usbPermissions({ usbBoards }: Facts): Diagnosis[] {
  return usbBoards.map(({ vendorId, productId, mayUse }): Diagnosis => {
    const subject = `USB board ${vendorId}:${productId}`;
    if (mayUse) return { level: "fine", subject, text: "may be opened" };
    return { level: "problem", subject, text: "may be opened by root only", mend: udevCommand };
  });
}

function rules({ platform, udevRules }: Facts): Diagnosis[] {
  if (platform !== "linux") return [];
  const subject = "udev rules";
  if (udevRules) return [{ level: "fine", subject, text: `${udevFile} is there` }];
  const text = `${udevFile} is missing: USB boards are for root only, and other programs may open serial ones`;
  return [{ level: "note", subject, text, mend: udevCommand }];
}

function latency({ latencyTimers }: Facts): Diagnosis[] {
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

function intruders({ intruders: running }: Facts): Diagnosis[] {
  return running.flatMap((name): Diagnosis[] => {
    const known = intrusions[name];
    if (known === undefined) return [];
    const [text, mend] = known;
    return [{ level: "warning", subject: name, text: `is running: it ${text}`, mend }];
  });
}

/** The programs that are looked for. */
export const intruderNames: readonly string[] = Object.keys(intrusions);
