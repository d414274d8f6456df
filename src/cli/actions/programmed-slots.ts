/** The tiles of a store as they were programmed, on a board that has not restarted since. */

import type { OpenedChip } from "../../chip/opened-chip.ts";
import { LabError } from "../../core/errors.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { Store } from "../../store/store.ts";
import { bootNote } from "./boot-note.ts";
import { campaignNext } from "./unfinished.ts";

/** A tile with its programming. */
export interface Slot {
  readonly tile: StoredTile;
  readonly programming: StoredProgramming;
}

/** All tiles with their programming. @throws LabError STORE_CONTENT when one has none, or the board restarted since. */
export function slotsOf(store: Store, board: Pick<OpenedChip, "bootId">): Slot[] {
  const { tiles } = store.networks.get();
  const current = new Map(store.programmings.current().map((programming) => [programming.tile, programming]));
  const slots = tiles.flatMap((tile): Slot[] => {
    const programming = current.get(tile.id);
    return programming === undefined ? [] : [{ tile, programming }];
  });
  const missing = tiles.length - slots.length;
  if (missing > 0) {
    throw new LabError(
      "STORE_CONTENT",
      `${store.path}: ${missing} of ${tiles.length} tiles are not programmed to their end`,
      { next: `go on with the programming: pcmlab resume --chip PORT --store ${store.path}` },
    );
  }
  if (slots.some(({ programming }) => programming.bootNote !== bootNote(board.bootId))) {
    throw new LabError(
      "STORE_CONTENT",
      `the board restarted since ${store.path} was programmed: its clock no longer tells ages`,
      {
        next:
          campaignNext(store) ??
          `a campaign tells ages by this machine's clock: pcmlab campaign new --chip PORT --store ${store.path} --at 1d --past late, then pcmlab campaign start`,
      },
    );
  }
  return slots;
}
