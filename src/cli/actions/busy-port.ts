/** A port that another program holds: which one that is, where the system tells. */

import { realpath, stat } from "node:fs/promises";
import { LabError } from "../../core/errors.ts";
import { holdersOf } from "../doctor/collect/ports.ts";
import { SystemFiles } from "../doctor/collect/system-files.ts";

/**
 * The failure with the name and the number of the program that has the port open and locked; as it was where Linux does not show
 * one: programs of others are shown to root only. To have it open alone is not to hold it, as whoever keeps a pseudo-terminal alive.
 */
export async function namingHolder(
  failure: LabError,
  port: string,
  files = new SystemFiles(),
): Promise<LabError> {
  const path = await realpath(port).catch(() => port);
  const lockers = lockersIn(await files.text("/proc/locks"), (await stat(path).catch(() => undefined))?.ino);
  const holder = (await holdersOf(files, [path], process.pid)).find(({ pid }) => lockers.has(pid));
  if (holder === undefined) return failure;
  const { program, pid } = holder;
  return new LabError(failure.code, `${program} (process ${pid}) holds ${port}`, {
    cause: failure,
    next: `end ${program} (kill ${pid}), or wait for it; then try again`,
  });
}

/** Processes that lock a file of this inode, from lines like "1: FLOCK  ADVISORY  WRITE 4711 00:1b:6 0 EOF" (proc(5)). */
function lockersIn(locks: string, inode: number | undefined): ReadonlySet<number> {
  const rows = locks.split("\n").map((line) => line.trim().split(/\s+/));
  return new Set(
    rows.flatMap(([, , , , pid, place]) => (place?.split(":").at(-1) === String(inode) ? [Number(pid)] : [])),
  );
}
