/** A port that another program holds: which one that is, where the system tells. */

import { realpath } from "node:fs/promises";
import { LabError } from "../../core/errors.ts";
import { holdersOf } from "../doctor/collect/ports.ts";
import { SystemFiles } from "../doctor/collect/system-files.ts";

/**
 * The failure with the name and the number of the program that has the port open; as it was where Linux does not show one: programs
 * of others are shown to root only.
 */
export async function namingHolder(failure: LabError, port: string): Promise<LabError> {
  const path = await realpath(port).catch(() => port);
  const [holder] = await holdersOf(new SystemFiles(), [path], process.pid);
  if (holder === undefined) return failure;
  const { program, pid } = holder;
  return new LabError(failure.code, `${program} (process ${pid}) holds ${port}`, {
    cause: failure,
    next: `end ${program} (kill ${pid}), or wait for it; then try again`,
  });
}
