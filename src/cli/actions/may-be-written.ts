/** What a command writes to a new file that takes the place of an older one must not take the place of anything else. */

import { stat } from "node:fs/promises";
import { LabError } from "../../core/errors.ts";

/**
 * @param option that named the output.
 * @throws LabError USAGE when the output is the store itself, by whatever name, or something that is no file: what is put in the place
 * of a device is no longer one.
 */
export async function assertMayBeWritten(store: string, output: string, option: string): Promise<void> {
  const files = [output, store, `${store}-wal`, `${store}-shm`];
  const [there, ...own] = await Promise.all(files.map((path) => stat(path).catch(() => undefined)));
  if (there === undefined) return;
  const next = `give another name with ${option}`;
  if (!there.isFile())
    throw new LabError("USAGE", `${output} is ${there.isDirectory() ? "a folder" : "no regular file"}`, {
      next,
    });
  if (own.some((file) => file?.ino === there.ino && file.dev === there.dev))
    throw new LabError("USAGE", `${output} is the store itself`, { next });
}
