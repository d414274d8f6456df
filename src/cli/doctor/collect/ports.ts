/** Serial ports: who may open them, and who has them open. */

import { basename } from "node:path";
import type { PortFacts } from "../../../../drivers/serial/port-facts.ts";
import type { Facts, Holder, PortAccess } from "../facts.ts";
import type { SystemFiles } from "./system-files.ts";

export async function portAccess(
  files: SystemFiles,
  ports: readonly PortFacts[],
  user: string,
): Promise<PortAccess[]> {
  const groups = await groupsOf(files);
  return Promise.all(
    ports.map(async ({ path, vendorId }) => {
      const group = groups.get((await files.groupOf(path)) ?? -1);
      const isMember = group?.members.includes(user) ?? false;
      return { path, vendorId, group: group?.name, isMember, mayUse: await files.mayUse(path) };
    }),
  );
}

interface Group {
  readonly name: string;
  readonly members: readonly string[];
}

/** By number, from lines like dialout:x:20:ada,grace. */
async function groupsOf(files: SystemFiles): Promise<Map<number, Group>> {
  const lines = (await files.text("/etc/group")).split("\n").map((line) => line.split(":"));
  return new Map(
    lines.flatMap(([name, , gid, members = ""]) =>
      name && gid ? [[Number(gid), { name, members: members.split(",") }]] : [],
    ),
  );
}

/** Processes of others are shown to root only. @param self the process that asks. */
export async function holdersOf(
  files: SystemFiles,
  paths: readonly string[],
  self: number,
): Promise<Holder[]> {
  if (paths.length === 0) return [];
  const ids = (await processes(files)).filter((id) => Number(id) !== self);
  return (await Promise.all(ids.map((id) => heldBy(files, id, paths)))).flat();
}

async function heldBy(files: SystemFiles, id: string, paths: readonly string[]): Promise<Holder[]> {
  const open = await Promise.all(
    (await files.names(`/proc/${id}/fd`)).map((name) => files.link(`/proc/${id}/fd/${name}`)),
  );
  const held = paths.filter((path) => open.includes(path));
  if (held.length === 0) return [];
  const program = (await files.text(`/proc/${id}/comm`)).trim();
  return held.map((path) => ({ path, pid: Number(id), program }));
}

/** Linux names every process in /proc/PID/comm. */
export async function runningAmong(files: SystemFiles, names: readonly string[]): Promise<string[]> {
  const running = await Promise.all(
    (await processes(files)).map(async (id) => (await files.text(`/proc/${id}/comm`)).trim()),
  );
  return names.filter((name) => running.includes(name));
}

const processes = async (files: SystemFiles): Promise<string[]> =>
  (await files.names("/proc")).filter((name) => /^\d+$/.test(name));

const timerFolder = "/sys/bus/usb-serial/devices";

export async function latencyTimers(files: SystemFiles): Promise<Facts["latencyTimers"]> {
  const timers = await Promise.all(
    (await files.names(timerFolder)).map(async (port) => ({
      port: basename(port),
      milliseconds: Number.parseInt(await files.text(`${timerFolder}/${port}/latency_timer`), 10),
    })),
  );
  return timers.filter(({ milliseconds }) => Number.isFinite(milliseconds));
}
