/** What is no file of the system: disks, and whether the clock is kept right. */

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { networkFileSystem } from "../../../store/network-file-system.ts";
import type { Storage } from "../facts.ts";

/** @param folder may be one that is about to be made: then that above it counts. */
export async function storageIn(what: string, folder: string): Promise<Storage> {
  const found = await statfs(folder).catch(() => undefined);
  if (found === undefined && dirname(folder) !== folder)
    return { ...(await storageIn(what, dirname(folder))), folder };
  const mayWrite = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  const isLinux = process.platform === "linux";
  return {
    ...{ what, folder, mayWrite },
    freeBytes: found === undefined ? undefined : found.bavail * found.bsize,
    networkFileSystem: found !== undefined && isLinux ? networkFileSystem(found.type) : undefined,
  };
}

const patienceMilliseconds = 3000;

/** Asks systemd, which asks the kernel; undefined where there is none. */
export const isClockSynchronised = (): Promise<boolean | undefined> =>
  new Promise((resolve) => {
    const words = ["show", "--property=NTPSynchronized", "--value"];
    execFile("timedatectl", words, { timeout: patienceMilliseconds }, (failure, answer) => {
      resolve(failure === null ? synchronisedIn(answer) : undefined);
    });
  });

/** @param answer of timedatectl. */
export function synchronisedIn(answer: string): boolean | undefined {
  const word = answer.trim();
  return word === "yes" || word === "no" ? word === "yes" : undefined;
}
