/** What programming a network once more loses, said before it is done. */

import { existsSync } from "node:fs";
import type { Descriptor } from "../../chip/descriptor.ts";
import { openStore } from "../../store/store.ts";
import { confirmed } from "../confirm.ts";
import type { Context } from "../context.ts";
import type { ProgramArguments } from "./program.ts";
import { resumeCommand } from "./unfinished.ts";

/**
 * Asks when tiles of the store's network are programmed.
 * @throws LabError as `confirmed`, and STORE_CONTENT when the store belongs to another chip, which is not asked about.
 */
export async function agreedToReprogram(
  { store: path, chip, yes }: Pick<ProgramArguments, "store" | "chip" | "yes">,
  descriptor: Descriptor,
  context: Context,
): Promise<void> {
  if (!existsSync(path)) return;
  const { programmed, tiles } = tilesIn(path, descriptor);
  if (programmed === 0) return;
  if (programmed === tiles) {
    const what = `${path} holds a programmed network: its ${tiles} tiles get pulses again, and what they hold is lost`;
    return confirmed(what, yes, context);
  }
  const what = `${path} holds a programming that was stopped: the ${programmed} of ${tiles} tiles that it finished get pulses again`;
  await confirmed(what, yes, context, `go on with it: ${resumeCommand({ chip, store: path })}; or add --yes`);
}

function tilesIn(
  path: string,
  descriptor: Descriptor,
): { readonly programmed: number; readonly tiles: number } {
  const store = openStore(path, { mode: "read" });
  try {
    store.chips.assertSame(descriptor);
    const programmed = store.programmings.current().length;
    return { programmed, tiles: programmed === 0 ? 0 : store.networks.get().tiles.length };
  } finally {
    store.close();
  }
}
