/** A file that a command writes must not take the place of the store that it reads. */

import { stat } from "node:fs/promises";
import { LabError } from "../../core/errors.ts";

/** @param option that named the output. @throws LabError USAGE when both are one file, by whatever name. */
export async function assertApart(store: string, output: string, option: string): Promise<void> {
  const files = [store, `${store}-wal`, `${store}-shm`, output];
  const [own, log, index, to] = await Promise.all(files.map((path) => stat(path).catch(() => undefined)));
  const taken = [own, log, index].some(
    (from) => from !== undefined && from.ino === to?.ino && from.dev === to.dev,
  );
  if (!taken) return;
  throw new LabError("USAGE", `${output} is the store itself`, { next: `give another name with ${option}` });
}
