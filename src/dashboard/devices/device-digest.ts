/**
 * What the figures need to know of the devices, learned from each programming and each readout once: a readout never changes, so that
 * only new ones cost anything. Nothing of the store is held: a step is one short read.
 */

import { conductances } from "../../chip/readout.ts";
import { type Region, regionText } from "../../chip/region.ts";
import type { ReadoutId } from "../../store/identity.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import type { StoredReadout } from "../../store/readout-rows.ts";
import type { Store } from "../../store/store.ts";
import { PatchedMap } from "./patches.ts";
import { TileFigures } from "./tile-figures.ts";

/** A readout without its devices. */
export interface ReadoutSummary {
  readonly wallSeconds: number;
  /** The middle of the reading. */
  readonly chipSeconds: number;
  /** Chip time since the end of programming, right where the board kept its power; undefined for what is no tile. */
  readonly ageSeconds: number | undefined;
  readonly temperatureKelvin: number;
  readonly devices: number;
  readonly meanSiemens: number;
}

const readoutsAtOnce = 64;
/** Readouts whose summaries are kept; a month of a hundred regions has fewer. */
const mostSummaries = 20_000;

export class DeviceDigest {
  readonly #store: Store;
  #tiles: TileFigures | undefined;
  #programmings = new Map<number, StoredProgramming>();
  #waiting: StoredReadout[] = [];
  #lastReadout: ReadoutId | undefined;
  readonly #summaries = new Map<ReadoutId, ReadoutSummary>();
  readonly #regionMaps = new Map<number, PatchedMap>();
  /** Goes up whenever something new was learned. */
  version = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Undefined while nothing is programmed. */
  get tiles(): TileFigures | undefined {
    return this.#tiles;
  }

  get programmings(): readonly StoredProgramming[] {
    return [...this.#programmings.values()];
  }

  /** By their numbers, oldest first. */
  get summaries(): ReadonlyMap<ReadoutId, ReadoutSummary> {
    return this.#summaries;
  }

  /** What was read beside the programmed tiles, by array. */
  get regionMaps(): readonly PatchedMap[] {
    return [...this.#regionMaps.values()];
  }

  /**
   * Learns the next programming or readout. @returns whether there may be more.
   * @throws LabError STORE when it is damaged; it is left out from then on.
   */
  step(): boolean {
    if (this.#waiting.length === 0) this.#lookForMore();
    const readout = this.#waiting.shift();
    if (readout === undefined) return false;
    this.#lastReadout = readout.id;
    this.#learnReadout(readout);
    this.version++;
    return true;
  }

  /** Readouts first: whatever they belong to is then among the programmings that are looked at after them. */
  #lookForMore(): void {
    this.#waiting = this.#store.readouts.after(this.#lastReadout, readoutsAtOnce);
    const current = this.#store.programmings.current();
    const ids = new Set(current.map(({ id }) => id));
    if ([...this.#programmings.values()].some(({ id }) => !ids.has(id))) this.#beginAnew();
    for (const programming of current)
      if (!this.#programmings.has(programming.id)) this.#learnProgramming(programming);
  }

  /** Devices were programmed again: what was known of them is history. */
  #beginAnew(): void {
    this.#tiles = undefined;
    this.#programmings.clear();
    this.#summaries.clear();
    this.#lastReadout = undefined;
    this.#waiting = this.#store.readouts.after(undefined, readoutsAtOnce);
  }

  #learnProgramming(programming: StoredProgramming): void {
    const { id, tile } = programming;
    // Before its cells are read, so that a damaged one is met once.
    this.#programmings.set(id, programming);
    this.#tiles ??= new TileFigures(this.#store.networks.get());
    this.#tiles.addProgramming(tile, this.#store.programmings.cells(id));
    this.version++;
  }

  #learnReadout(readout: StoredReadout): void {
    const { id, programming, tile, requestedAgeSeconds: ageSeconds, region, averages, calibration } = readout;
    const isOld = programming !== null && !this.#programmings.has(programming);
    if (isOld) return;
    const siemens = conductances(this.#store.readouts.codeSums(id), averages, calibration, region);
    this.#keepSummary(readout, siemens);
    if (programming === null) this.#regionMap(region).put(regionText(region), region, siemens);
    if (tile !== null && ageSeconds !== null)
      this.#tiles?.addReading(tile, { readout: id, ageSeconds, siemens });
  }

  #keepSummary(readout: StoredReadout, siemens: Float32Array): void {
    const { id, programming, wallSeconds, temperatureKelvin } = readout;
    const chipSeconds = (readout.firstSampleSeconds + readout.lastSampleSeconds) / 2;
    const ended = programming === null ? undefined : this.#programmings.get(programming)?.endedChipSeconds;
    const ageSeconds = ended === undefined ? undefined : chipSeconds - ended;
    const devices = siemens.length;
    const meanSiemens = sumOf(siemens) / devices;
    this.#summaries.set(id, {
      wallSeconds,
      temperatureKelvin,
      chipSeconds,
      ageSeconds,
      devices,
      meanSiemens,
    });
    const oldest = this.#summaries.keys().next().value;
    if (this.#summaries.size > mostSummaries && oldest !== undefined) this.#summaries.delete(oldest);
  }

  #regionMap({ array }: Region): PatchedMap {
    const known = this.#regionMaps.get(array);
    if (known !== undefined) return known;
    const size = this.#store.chips.latest()?.descriptor.arrays[array] ?? { rows: 1, columns: 1 };
    const map = new PatchedMap({ array, row: 0, column: 0, rows: size.rows, columns: size.columns });
    this.#regionMaps.set(array, map);
    return map;
  }
}

/** A plain loop: `reduce` takes ten times as long, and this runs for every device of every readout. */
function sumOf(values: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  return sum;
}
