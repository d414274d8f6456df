/**
 * File systems on which SQLite's write-ahead log cannot be trusted: its readers and writers share memory, which those of two hosts cannot
 * (sqlite.org/wal.html, "All processes using a database must be on the same host computer"), and their locks are often not real
 * (sqlite.org/howtocorrupt.html, section 2.1).
 */

import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { LabError } from "../core/errors.ts";

/**
 * `f_type` of Linux for file systems whose files may be another host's: statfs(2) of the Linux manual pages and include/uapi/linux/magic.h;
 * Lustre, GPFS, BeeGFS and PanFS as in `stat -f` of GNU coreutils (src/stat.c, human_fstype).
 */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB 2 or 3"],
  [0x564c, "NCP"],
  [0x73757245, "Coda"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x01021997, "9p"],
  [0x00c36400, "Ceph"],
  [0x7461636f, "OCFS2"],
  [0x01161970, "GFS2"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x19830326, "BeeGFS"],
  [0xaad7aaea, "PanFS"],
  [0x65735546, "FUSE, such as sshfs"],
]);

/**
 * The name of a network file system, or undefined for a local one. FUSE does not tell what is behind it.
 * @param type `f_type` as statfs gives it on Linux; some of its 32 bits arrive with a sign.
 */
export const networkFileSystem = (type: number): string | undefined => networkTypes.get(type >>> 0);

/** Whoever knows that only one host ever opens the store may say so. */
const override = "PCMLAB_NETWORK_STORE";

/**
 * @param path of a store that is there, or of one that is about to be made.
 * @throws LabError STORE when it lies on a network file system and the environment does not allow that.
 */
export function assertLocal(
  path: string,
  typeOf: (path: string) => number | undefined = typeOfFileSystem,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): void {
  const type = typeOf(path) ?? typeOf(dirname(path));
  const name = type === undefined ? undefined : networkFileSystem(type);
  if (name === undefined || environment[override] === "allow") return;
  throw new LabError("STORE", `${path} lies on a network file system (${name}), where SQLite may lose data`, {
    next: `keep the store on a local disk and copy it, or set ${override}=allow if only this host ever opens it`,
  });
}

/** Undefined where there is no such file, and on systems that number their file systems otherwise. */
function typeOfFileSystem(path: string): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return statfsSync(path).type;
  } catch {
    return undefined;
  }
}
