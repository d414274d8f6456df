/** The programmed tiles of a store, on the timeline that begins with the chip clock of now. */

import type { ProgrammedTile } from "../../campaign/subjects.ts";
import type { ClockKind } from "../../chip/clock-kind.ts";
import type { Anchor } from "../../chip/timeline.ts";
import { LabError } from "../../core/errors.ts";
import type { StoredNetwork } from "../../store/networks.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { Store } from "../../store/store.ts";
import { bootNote } from "../actions/boot-note.ts";

/** @throws LabError STORE_CONTENT when nobody knows any more how old a tile is. */
export function programmedTiles(store: Store, anchor: Anchor, clock: ClockKind): ProgrammedTile[] {
  const network = store.networks.find();
  if (network === undefined) return [];
  const names = tileNames(network);
  const current = new Map(store.programmings.current().map((programming) => [programming.tile, programming]));
  return network.tiles.flatMap((tile) => {
    const programming = current.get(tile.id);
    if (programming === undefined) return [];
    const { region } = tile;
    const name = names.get(tile.id) ?? `tile ${tile.id}`;
    return [{ name, programming: programming.id, region, ...endOf(store, programming, anchor, clock) }];
  });
}

/** The layer, and which of its tiles where it has several. */
function tileNames({ layers, tiles }: StoredNetwork): Map<unknown, string> {
  const counts = new Map<number, number>();
  const total = new Map<number, number>();
  for (const { layer } of tiles) total.set(layer, (total.get(layer) ?? 0) + 1);
  return new Map(
    tiles.map(({ id, layer }) => {
      const n = (counts.get(layer) ?? 0) + 1;
      counts.set(layer, n);
      const name = layers.find(({ index }) => index === layer)?.name ?? `layer ${layer}`;
      return [id, (total.get(layer) ?? 0) > 1 ? `${name} tile ${n}` : name];
    }),
  );
}

function endOf(
  store: Store,
  { id, endedChipSeconds, bootNote: note }: StoredProgramming,
  { bootId, chipSeconds, wallSeconds }: Anchor,
  { offTime, factor }: ClockKind,
): Pick<ProgrammedTile, "endedSeconds" | "knownBy"> {
  if (offTime === "stands" || note === bootNote(bootId))
    return { endedSeconds: endedChipSeconds, knownBy: "chip" };
  const endedWall = store.campaigns.programmedWallSeconds(id);
  if (endedWall !== undefined)
    return { endedSeconds: chipSeconds - (wallSeconds - endedWall) * factor, knownBy: "wall" };
  throw new LabError(
    "STORE_CONTENT",
    `the board restarted since, and nothing tells how old a tile in ${store.path} is`,
    {
      next: "program the network again, or leave --at away and read regions only",
    },
  );
}
