/** The devices of a store, tile by tile, as flat arrays; a report goes over them once. */

import { type ConverterCalibration, conductances } from "../../chip/readout.ts";
import { cellCount } from "../../chip/region.ts";
import type { TileId } from "../../store/identity.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { ProgrammingCells } from "../../store/programming-cells.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { TileReadout } from "../../store/readout-rows.ts";
import type { Store } from "../../store/store.ts";

export interface Reading {
  /** Requested age. */
  readonly ageSeconds: number;
  /** One for each device of the region, row by row. */
  readonly siemens: Float32Array;
}

export interface TileData {
  readonly tile: StoredTile;
  readonly cells: ProgrammingCells;
  /** Pulses of each device over all programmings in the store. */
  readonly lifetimePulses: Uint32Array;
  /** The readout that closes programming (requested age 0), where later ones follow it. */
  readonly closing: Float32Array | undefined;
  /** By rising age, the `reportedAges` of the store. */
  readonly readings: readonly Reading[];
}

/** Something that is learned from all devices. */
export interface DeviceStatistic {
  add(data: TileData): void;
}

/**
 * The ages that figures are about: those at which every tile was read, without the readout that closes programming
 * where there are later ones. Drift from milliseconds to seconds has no place on a figure of hours.
 */
export function reportedAges(store: Store): number[] {
  const ages = store.readouts.completeAges();
  const later = ages.filter((age) => age > 0);
  return later.length > 0 ? later : ages;
}

/** Each tile that is programmed, once. @param other the calibration of all conductances, instead of that of each readout. */
export function* tilesOf(store: Store, other?: ConverterCalibration): Generator<TileData> {
  const tiles = new Map(store.networks.find()?.tiles.map((tile) => [tile.id, tile]));
  const programmings = byTile(store.programmings.list());
  const readouts = byTile(completeReadouts(store));
  for (const [id, history] of programmings) {
    const tile = tiles.get(id);
    if (tile !== undefined) yield tileData(store, tile, history, readouts.get(id) ?? [], other);
  }
}

function byTile<T extends { readonly tile: TileId }>(items: readonly T[]): Map<TileId, T[]> {
  const groups = new Map<TileId, T[]>();
  for (const item of items) {
    const group = groups.get(item.tile);
    if (group === undefined) groups.set(item.tile, [item]);
    else group.push(item);
  }
  return groups;
}

const completeReadouts = (store: Store): TileReadout[] =>
  store.readouts.completeAges().flatMap((age) => store.readouts.atAge(age));

function tileData(
  store: Store,
  tile: StoredTile,
  history: readonly StoredProgramming[],
  readouts: readonly TileReadout[],
  other: ConverterCalibration | undefined,
): TileData {
  const lifetimePulses = new Uint32Array(cellCount(tile.region));
  const lives = history.map(({ id }) => store.programmings.cells(id));
  for (const { pulses } of lives) addTo(lifetimePulses, pulses);
  const cells = lives.at(-1);
  if (cells === undefined) throw new RangeError("a tile without a programming was counted as programmed");
  const all = readouts.map((readout) => readingOf(store, readout, other));
  const later = all.filter(({ ageSeconds }) => ageSeconds > 0);
  const common = { tile, cells, lifetimePulses };
  if (later.length === 0) return { ...common, closing: undefined, readings: all };
  return { ...common, closing: all.find(({ ageSeconds }) => ageSeconds === 0)?.siemens, readings: later };
}

function readingOf(store: Store, readout: TileReadout, other: ConverterCalibration | undefined): Reading {
  const { id, averages, calibration, region, requestedAgeSeconds } = readout;
  const siemens = conductances(store.readouts.codeSums(id), averages, other ?? calibration, region);
  return { ageSeconds: requestedAgeSeconds, siemens };
}

function addTo(sums: Uint32Array, values: Uint16Array): void {
  for (let index = 0; index < sums.length; index++) sums[index] = sums[index]! + values[index]!;
}
