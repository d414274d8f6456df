/** What programming a network once more loses, said before it is done. */

import { existsSync } from "node:fs";
import { openStore } from "../../store/store.ts";
import { confirmed } from "../confirm.ts";
import type { Context } from "../context.ts";

/** Asks when all of the store's network is programmed; a run that was stopped may be begun anew. @throws LabError as `confirmed`. */
export async function agreedToReprogram(
  path: string,
  yes: boolean | undefined,
  context: Context,
): Promise<void> {
  if (!existsSync(path)) return;
  const store = openStore(path, { mode: "read" });
  try {
    const programmed = store.programmings.current().length;
    if (programmed === 0 || programmed < store.networks.get().tiles.length) return;
    const what = `${path} holds a programmed network: its ${programmed} tiles get pulses again, and what they hold is lost`;
    await confirmed(what, yes, context);
  } finally {
    store.close();
  }
}
