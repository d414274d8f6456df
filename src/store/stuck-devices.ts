/** Devices that programming found stuck, over everything that a store knows. */

import { cellOutcomes } from "../chip/outcome.ts";
import type { Store } from "./store.ts";

export interface StuckDevice {
  readonly array: number;
  readonly row: number;
  readonly column: number;
  readonly state: "low" | "high";
}

type State = StuckDevice["state"];

/** Devices that were stuck when a programming last said what became of them, in the order of tiles and cells. */
export function stuckDevices(store: Store): StuckDevice[] {
  const verdicts = new Map<number, Map<number, State>>();
  for (const { id, tile } of store.programmings.list()) {
    const known = verdicts.get(tile) ?? new Map<number, State>();
    verdicts.set(tile, known);
    const { outcomes } = store.programmings.cells(id);
    for (const [cell, code] of outcomes.entries()) judge(known, cell, code);
  }
  const tiles = store.networks.find()?.tiles ?? [];
  return tiles.flatMap(({ id, region: { array, row, column, columns } }) =>
    [...(verdicts.get(id) ?? [])]
      .sort(([a], [b]) => a - b)
      .map(([cell, state]) => ({
        ...{ array, row: row + Math.floor(cell / columns), column: column + (cell % columns) },
        state,
      })),
  );
}

/** Skipped and unknown say nothing about a device; any other outcome takes an older verdict back. */
function judge(known: Map<number, State>, cell: number, code: number): void {
  const outcome = cellOutcomes[code];
  if (outcome === "stuck-low") known.set(cell, "low");
  else if (outcome === "stuck-high") known.set(cell, "high");
  else if (outcome === "converged" || outcome === "exhausted") known.delete(cell);
}
