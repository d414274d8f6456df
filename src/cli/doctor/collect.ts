/** Collects what the doctor judges. What this system does not have, or does not tell, is left out. */

import { createRequire } from "node:module";
import { userInfo } from "node:os";
import { systemPorts } from "../../../drivers/serial/list-ports.ts";
import { onUsb, type PortFacts } from "../../../drivers/serial/port-facts.ts";
import { textOf } from "../../core/errors.ts";
import { loadSqlite, sqlitePackage } from "../../store/native.ts";
import { intruderNames } from "./checks/ports.ts";
import { isClockSynchronised, storageIn } from "./collect/machine.ts";
import { holdersOf, latencyTimers, portAccess, runningAmong } from "./collect/ports.ts";
import { SystemFiles } from "./collect/system-files.ts";
import { usbBoards, usbBridges, usbFolder } from "./collect/usb.ts";
import type { Facts } from "./facts.ts";
import { udevFile } from "./udev.ts";

const nativeModules = [sqlitePackage, "onnxruntime-node", "serialport", "node-pty", "usb"];

export interface Places {
  /** Where stores are, or are to be. */
  readonly stores: string;
  /** Of the wear ledgers. */
  readonly ledgers: string;
}

export async function collectFacts(places: Places, wallSeconds: number): Promise<Facts> {
  const files = new SystemFiles();
  const listed = await listedPorts();
  const ports = listed.ports.filter(onUsb);
  const paths = ports.map(({ path }) => path);
  const user = userName();
  return {
    platform: process.platform,
    nodeVersion: process.version,
    user,
    modules: nativeModules.map((name) => ({ name, failure: loadFailure(name) })),
    ports: await portAccess(files, ports, user),
    portsFailure: listed.failure,
    holders: await holdersOf(files, paths, process.pid),
    usbListed: await files.isThere(usbFolder),
    usbBoards: await usbBoards(files),
    bridges: await usbBridges(files),
    udevRules: await files.isThere(udevFile),
    latencyTimers: await latencyTimers(files),
    intruders: await runningAmong(files, intruderNames),
    storage: [await storageIn("stores", places.stores), await storageIn("wear ledgers", places.ledgers)],
    clock: { wallSeconds, isSynchronised: await isClockSynchronised() },
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return "$USER";
  }
}

function loadFailure(name: string): string | undefined {
  try {
    if (name === sqlitePackage) loadSqlite();
    else createRequire(import.meta.url)(name);
    return undefined;
  } catch (failure) {
    return textOf(failure).split("\n")[0];
  }
}

async function listedPorts(): Promise<{
  readonly ports: readonly PortFacts[];
  readonly failure: string | undefined;
}> {
  try {
    return { ports: await systemPorts.list(), failure: undefined };
  } catch (failure) {
    return { ports: [], failure: textOf(failure) };
  }
}
