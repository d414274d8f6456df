/** Looks into the store that a command made or is making. */

import { join } from "node:path";
import { openStore, type Store } from "../../src/store/store.ts";

/** What `look` finds in the run.db of a folder. @throws LabError STORE while there is none. */
export function inStore<T>(cwd: string, look: (store: Store) => T): T {
  const store = openStore(join(cwd, "run.db"), { mode: "read" });
  try {
    return look(store);
  } finally {
    store.close();
  }
}
