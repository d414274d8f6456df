/** What is known of the programmed tiles: their targets, and what was read of them since. */

import { cellCount, type Region } from "../../chip/region.ts";
import { windowsOf } from "../../report/statistics/conductance-map.ts";
import { CountHistogram } from "../../report/statistics/count-histogram.ts";
import type { ReadoutId, TileId } from "../../store/identity.ts";
import type { StoredNetwork } from "../../store/networks.ts";
import type { ProgrammingCells } from "../../store/programming-cells.ts";
import { DriftSamples } from "./drift-samples.ts";
import { Histograms } from "./histograms.ts";
import { PatchedMap } from "./patches.ts";

/** One array: what its devices were aimed at, and what they had when they were read last. */
export interface ArrayMaps {
  readonly target: PatchedMap;
  readonly measured: PatchedMap;
}

/** A readout of a tile. */
export interface TileReading {
  readonly readout: ReadoutId;
  /** That was asked for. */
  readonly ageSeconds: number;
  /** One for each device, row by row. */
  readonly siemens: Float32Array;
}

export class TileFigures {
  readonly gmaxSiemens: number;
  readonly histograms: Histograms;
  readonly drift: DriftSamples;
  /** Pulses of the programmings, by device. */
  readonly pulses = new CountHistogram();
  /** One for each array that holds tiles. */
  readonly maps: readonly ArrayMaps[];
  readonly #regions: ReadonlyMap<TileId, Region>;
  readonly #shownAges = new Map<TileId, number>();
  readonly #counted = new Set<string>();

  constructor({ gmaxSiemens, tiles }: StoredNetwork) {
    this.#regions = new Map(tiles.map(({ id, region }) => [id, region]));
    const regions = [...this.#regions.values()];
    const devices = regions.reduce((sum, region) => sum + cellCount(region), 0);
    this.gmaxSiemens = gmaxSiemens;
    this.histograms = new Histograms(gmaxSiemens);
    this.drift = new DriftSamples(gmaxSiemens, devices);
    this.maps = windowsOf(regions).map((window) => ({
      target: new PatchedMap(window),
      measured: new PatchedMap(window),
    }));
  }

  /** Ages of the readouts that the maps show. */
  get shownAgesSeconds(): readonly number[] {
    return [...this.#shownAges.values()];
  }

  addProgramming(tile: TileId, { targetSiemens, pulses }: ProgrammingCells): void {
    const region = this.#regions.get(tile);
    if (region === undefined) return;
    this.histograms.addTargets(targetSiemens);
    this.drift.addTargets(tile, targetSiemens);
    this.pulses.add(Uint32Array.from(pulses));
    this.#mapsOf(region)?.target.put(String(tile), region, targetSiemens);
  }

  /** Maps show the newest; histograms and drift count the first readout of each tile at each age. */
  addReading(tile: TileId, { readout, ageSeconds, siemens }: TileReading): void {
    const region = this.#regions.get(tile);
    if (region === undefined) return;
    this.#shownAges.set(tile, ageSeconds);
    this.#mapsOf(region)?.measured.put(String(tile), region, siemens);
    const reading = `${tile} at ${ageSeconds} s`;
    if (this.#counted.has(reading)) return;
    this.#counted.add(reading);
    this.histograms.addMeasured(ageSeconds, siemens);
    this.drift.addMeasured(tile, readout, ageSeconds, siemens);
  }

  #mapsOf({ array }: Region): ArrayMaps | undefined {
    return this.maps.find(({ target }) => target.window.array === array);
  }
}
