/** Makes the file of a store as small as its content. */

import { vacuumStore } from "../../store/vacuum.ts";
import type { Context } from "../context.ts";

export function storeVacuum(path: string, context: Context): void {
  const sizes = vacuumStore(path);
  const { bytesBefore, bytesAfter } = sizes;
  context.output.result(
    { path, ...sizes },
    `${path}: ${mebibytes(bytesBefore)}, now ${mebibytes(bytesAfter)}`,
  );
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
