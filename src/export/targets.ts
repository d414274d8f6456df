/** What every programming aimed its devices at, and what became of them. */

import { cellOutcomes } from "../chip/outcome.ts";
import { cellCount } from "../chip/region.ts";
import type { StoredTile } from "../store/placement.ts";
import type { StoredProgramming } from "../store/programmings.ts";
import type { Store } from "../store/store.ts";
import { type Batch, type Column, column, constant, type Dataset, once, selecting } from "./dataset.ts";
import { microsiemens, partsOf, placeColumns, placesOf } from "./places.ts";

const columns: readonly Column[] = [
  selecting(column("programming", "integer", "number of the programming in the store")),
  column("run", "integer", "number of the run that programmed"),
  column("complete", "integer", "0 when it was stopped or failed before its end"),
  column("current", "integer", "1 when the devices were not programmed again since"),
  column("tile", "integer", "number of the tile"),
  column("layer", "text", "name of the layer"),
  ...placeColumns,
  column("target_uS", "float32", "conductance that the device was aimed at"),
  column("outcome", "text", `one of ${cellOutcomes.join(", ")}`),
  column("iterations", "integer", "iterations of program-and-verify"),
  column("pulses", "integer", "pulses of the device in this programming"),
];

interface Programmed {
  readonly programming: StoredProgramming;
  readonly tile: StoredTile;
  readonly layer: string;
  readonly isCurrent: boolean;
}

export function targetsOf(store: Store): Dataset {
  const all = programmedIn(store);
  return {
    columns,
    rows: all.reduce((sum, { tile }) => sum + cellCount(tile.region), 0),
    *batches() {
      for (const programmed of all) yield* batchesOf(store, programmed);
    },
  };
}

function programmedIn(store: Store): Programmed[] {
  const network = store.networks.find();
  const layers = new Map(network?.layers.map(({ index, name }) => [index, name]));
  const tiles = new Map(network?.tiles.map((tile) => [tile.id, tile]));
  const current = new Set(store.programmings.current().map(({ id }) => id));
  return store.programmings.list().flatMap((programming) => {
    const tile = tiles.get(programming.tile);
    if (tile === undefined) return [];
    return [
      { programming, tile, layer: layers.get(tile.layer) ?? "", isCurrent: current.has(programming.id) },
    ];
  });
}

function* batchesOf(store: Store, { programming, tile, layer, isCurrent }: Programmed): Generator<Batch> {
  const cells = once(() => store.programmings.cells(programming.id));
  for (const part of partsOf(tile.region)) {
    const end = part.first + part.devices;
    yield {
      rows: part.devices,
      columns: {
        programming: constant(programming.id),
        run: constant(programming.run),
        complete: constant(programming.complete ? 1 : 0),
        current: constant(isCurrent ? 1 : 0),
        tile: constant(tile.id),
        layer: constant(layer),
        ...placesOf(part),
        target_uS: () => microsiemens(cells().targetSiemens.subarray(part.first, end)),
        outcome: () => outcomesOf(cells().outcomes.subarray(part.first, end)),
        iterations: () => cells().iterations.subarray(part.first, end),
        pulses: () => cells().pulses.subarray(part.first, end),
      },
    };
  }
}

const outcomesOf = (codes: Uint8Array): string[] => Array.from(codes, (code) => cellOutcomes[code] ?? "");
