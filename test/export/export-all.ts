/** Every table that a store has, in every format, in one folder. */

import { join } from "node:path";
import { datasetOf, exportTable, type Format, formats, type What } from "../../src/export/export.ts";
import type { Store } from "../../src/store/store.ts";

export const by = { toolVersion: "0.1.0", wallSeconds: 1_750_300_000 };

export async function exportAll(
  store: Store,
  folder: string,
  whats: readonly What[] = ["readouts", "targets", "results"],
): Promise<void> {
  for (const what of whats)
    for (const format of formats) await exportOne(store, what, format, join(folder, `${what}.${format}`));
}

export const exportOne = (store: Store, what: What, format: Format, path: string) =>
  exportTable(store, datasetOf(store, what), { what, format, path, by, pause: async () => {} });
