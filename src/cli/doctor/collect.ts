/** Collects what the doctor judges. What this system does not have, or does not tell, is left out. */

import { constants } from "node:fs";
import { access, readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { userInfo } from "node:os";
import { systemPorts } from "../../../drivers/serial/list-ports.ts";
import { onUsb, type PortFacts } from "../../../drivers/serial/port-facts.ts";
import { textOf } from "../../core/errors.ts";
import { loadSqlite, sqlitePackage } from "../../store/native.ts";
import { intruderNames } from "./checks.ts";
import type { Facts, PortAccess, UsbAccess } from "./facts.ts";
import { boardId, udevFile } from "./udev.ts";

const nativeModules = [sqlitePackage, "onnxruntime-node", "serialport", "node-pty", "usb"];

export async function collectFacts(): Promise<Facts> {
  const listed = await listedPorts();
  const groups = await groupNames();
  return {
    platform: process.platform,
    nodeVersion: process.version,
    user: userName(),
    modules: nativeModules.map((name) => ({ name, failure: loadFailure(name) })),
    ports: await Promise.all(listed.ports.filter(onUsb).map((port) => portAccess(port, groups))),
    portsFailure: listed.failure,
    usbBoards: await usbBoards(),
    udevRules: await may(udevFile, constants.F_OK),
    latencyTimers: await latencyTimers(),
    intruders: await runningIntruders(),
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

async function portAccess(
  { path, vendorId }: PortFacts,
  groups: ReadonlyMap<number, string>,
): Promise<PortAccess> {
  const found = await stat(path).catch(() => undefined);
  const group = found === undefined ? undefined : groups.get(found.gid);
  return { path, vendorId, group, mayUse: await may(path, constants.R_OK | constants.W_OK) };
}

/** Group names by number, from lines like dialout:x:20:user. */
async function groupNames(): Promise<Map<number, string>> {
  const lines = (await textIn("/etc/group")).split("\n").map((line) => line.split(":"));
  return new Map(lines.flatMap(([name, , gid]) => (name && gid ? [[Number(gid), name]] : [])));
}

const usbFolder = "/sys/bus/usb/devices";

/** Boards of our id, and whether their device file may be opened (Linux). */
async function usbBoards(): Promise<UsbAccess[]> {
  const boards: UsbAccess[] = [];
  for (const device of await namesIn(usbFolder)) {
    const read = async (name: string) => (await textIn(`${usbFolder}/${device}/${name}`)).trim();
    const [vendorId, productId] = [await read("idVendor"), await read("idProduct")];
    if (vendorId !== hex(boardId.vendorId) || productId !== hex(boardId.productId)) continue;
    const [bus, number] = [await read("busnum"), await read("devnum")].map((n) => n.padStart(3, "0"));
    const file = `/dev/bus/usb/${bus}/${number}`;
    boards.push({ vendorId, productId, mayUse: await may(file, constants.R_OK | constants.W_OK) });
  }
  return boards;
}

const hex = (value: number): string => value.toString(16).padStart(4, "0");

const bridgeFolder = "/sys/bus/usb-serial/devices";

async function latencyTimers(): Promise<Facts["latencyTimers"]> {
  const timers = await Promise.all(
    (await namesIn(bridgeFolder)).map(async (port) => ({
      port,
      milliseconds: Number.parseInt(await textIn(`${bridgeFolder}/${port}/latency_timer`), 10),
    })),
  );
  return timers.filter(({ milliseconds }) => Number.isFinite(milliseconds));
}

/** Linux names every process in /proc/PID/comm. */
async function runningIntruders(): Promise<string[]> {
  const processes = (await namesIn("/proc")).filter((name) => /^\d+$/.test(name));
  const running = await Promise.all(processes.map(async (id) => (await textIn(`/proc/${id}/comm`)).trim()));
  return intruderNames.filter((name) => running.includes(name));
}

const may = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

const textIn = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
