/** What the facts of a machine mean for a board, each with the command that mends it. Pure. */

import { clock } from "./checks/clock.ts";
import { holders, intruders, latency, listing, portPermissions } from "./checks/ports.ts";
import { modules, nodeVersion } from "./checks/software.ts";
import { storage } from "./checks/storage.ts";
import { bridges, rules, usbBus, usbPermissions } from "./checks/usb.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { Facts } from "./facts.ts";

const checks: readonly ((facts: Facts) => readonly Diagnosis[])[] = [
  nodeVersion,
  modules,
  listing,
  portPermissions,
  holders,
  usbBus,
  usbPermissions,
  bridges,
  rules,
  latency,
  intruders,
  storage,
  clock,
];

export const diagnose = (facts: Facts): Diagnosis[] => checks.flatMap((check) => check(facts));
