/** The ages at which a network can be run: those at which every layer was read. What is missing is said by the name of its layer. */

import { LabError } from "../../core/errors.ts";
import { formatDuration, parseDurations } from "../../core/units.ts";
import type { StoredNetwork } from "../../store/networks.ts";
import type { Store } from "../../store/store.ts";

export interface ChosenAges {
  /** GDC compares with the readout at this age. */
  readonly referenceAge: number;
  readonly ages: readonly number[];
}

/**
 * @param at durations with commas; all ages but that right after programming when not given, or the newest one alone.
 * @throws LabError STORE_CONTENT for a layer that was never programmed, or not read at an age.
 */
export function chosenAges(
  store: Store,
  network: StoredNetwork,
  { at, newestOnly }: { readonly at: string | undefined; readonly newestOnly: boolean },
): ChosenAges {
  assertProgrammed(store, network);
  // The readout at age 0 is the reference of GDC; it stands in the table only when there is nothing else.
  const [referenceAge, ...laterAges] = store.readouts.completeAges();
  if (referenceAge === undefined) {
    throw new LabError("STORE_CONTENT", `${store.path} holds no complete readout of ${network.name}`, {
      next: `read the chip first: pcmlab read --chip PORT --store ${store.path} --at 25s,1h,1d`,
    });
  }
  const read = referenceAge === 0 && laterAges.length > 0 ? laterAges : [referenceAge, ...laterAges];
  if (at === undefined) return { referenceAge, ages: newestOnly ? read.slice(-1) : read };
  const wanted = parseDurations(at);
  const complete = [referenceAge, ...laterAges];
  const missing = wanted.find((age) => !complete.includes(age));
  if (missing === undefined) return { referenceAge, ages: wanted };
  throw notRead(store, network, missing, complete);
}

/** @throws LabError STORE_CONTENT. */
function assertProgrammed(store: Store, network: StoredNetwork): void {
  const programmed = new Set(store.programmings.current().map(({ tile }) => tile));
  const missing = layersOf(network, (tile) => !programmed.has(tile));
  if (missing === undefined) return;
  throw new LabError("STORE_CONTENT", `${missing} never programmed to the end in ${store.path}`, {
    next: `go on with the programming: pcmlab resume --store ${store.path}, or run pcmlab program again`,
  });
}

function notRead(store: Store, network: StoredNetwork, age: number, complete: readonly number[]): LabError {
  const read = new Set(store.readouts.atAge(age).map(({ tile }) => tile));
  const missing = layersOf(network, (tile) => !read.has(tile)) ?? "the network was";
  const known = complete.map(formatDuration).join(", ");
  return new LabError(
    "STORE_CONTENT",
    `${missing} not read at ${formatDuration(age)} in ${store.path}; all layers were at ${known}`,
    { next: `read it: pcmlab read --chip PORT --store ${store.path} --at ${age}s` },
  );
}

type TileId = StoredNetwork["tiles"][number]["id"];

/** `layer "conv1" was`, `layer "conv1" and 3 others were`; undefined where no layer has such a tile. */
function layersOf(network: StoredNetwork, isMissing: (tile: TileId) => boolean): string | undefined {
  const layers = new Set(network.tiles.filter(({ id }) => isMissing(id)).map(({ layer }) => layer));
  const [first] = layers;
  if (first === undefined) return undefined;
  const name = `layer "${network.layers.find(({ index }) => index === first)?.name ?? first}"`;
  if (layers.size === 1) return `${name} was`;
  return `${name} and ${layers.size - 1} other${layers.size === 2 ? "" : "s"} were`;
}
