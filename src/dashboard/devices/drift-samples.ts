/** How conductance goes down with time at a few target levels, from a sample of the devices that is the same at all ages. */

import type { DriftPoint, LevelDrift } from "../../report/statistics/drift-by-level.ts";
import { levelCount, levelOf } from "../../report/statistics/level-errors.ts";
import { quantile } from "../../report/statistics/quantile.ts";
import type { ReadoutId } from "../../store/identity.ts";
import { powerLaw } from "./power-law.ts";

/** Levels that are shown: g = 0.1, 0.4, 0.7, 1.0. */
const shownLevels: readonly number[] = [1, 4, 7, 10];

/** Devices of which one in so many is looked at, beyond which the quantiles would not become better to the eye. */
const devicesPerStride = 40_000;

/** Ages that are kept, whose samples take some 60 KB each; more make no better curve. */
const mostAges = 200;

/** The devices of one tile that are looked at: numbers of its cells, for each of `shownLevels`. */
type Sample = readonly Uint32Array[];

/** One readout of a tile: conductances (S) of the sample. */
interface Measured {
  readonly readout: ReadoutId;
  readonly siemens: readonly Float32Array[];
}

export class DriftSamples {
  readonly #gmax: number;
  readonly #stride: number;
  readonly #tiles = new Map<number, Sample>();
  /** By the age that was asked for, then by tile. */
  readonly #measured = new Map<number, Map<number, Measured>>();

  /** @param devices of all tiles together. */
  constructor(gmaxSiemens: number, devices: number) {
    this.#gmax = gmaxSiemens;
    this.#stride = Math.max(1, Math.floor(devices / devicesPerStride));
  }

  addTargets(tile: number, siemens: Float32Array): void {
    const seen = new Uint32Array(levelCount);
    const chosen = Array.from({ length: levelCount }, (_, level): number[] | undefined =>
      shownLevels.includes(level) ? [] : undefined,
    );
    for (let cell = 0; cell < siemens.length; cell++) {
      const level = levelOf(siemens[cell]!, this.#gmax);
      if (seen[level]! % this.#stride === 0) chosen[level]?.push(cell);
      seen[level]! += 1;
    }
    this.#tiles.set(
      tile,
      shownLevels.map((level) => Uint32Array.from(chosen[level] ?? [])),
    );
  }

  /** The readout that closes programming (age 0) is none of a drift curve. */
  addMeasured(tile: number, readout: ReadoutId, requestedSeconds: number, siemens: Float32Array): void {
    const sample = this.#tiles.get(tile);
    if (sample === undefined || requestedSeconds <= 0) return;
    const tiles = this.#measured.get(requestedSeconds) ?? new Map<number, Measured>();
    this.#measured.set(requestedSeconds, tiles);
    if (this.#measured.size > mostAges) this.#thinOut();
    const taken = sample.map((cells) => Float32Array.from(cells, (cell) => siemens[cell]!));
    tiles.set(tile, { readout, siemens: taken });
  }

  /** Every second age is let go of, but for the first and the last. */
  #thinOut(): void {
    const ages = [...this.#measured.keys()].sort((a, b) => a - b);
    for (let at = 1; at < ages.length - 1; at += 2) this.#measured.delete(ages[at]!);
  }

  /**
   * Levels with devices that were read at two ages or more. Ratios are to the first age at which as many tiles were read as at any:
   * devices whose own first readings have different ages cannot be laid over each other.
   * @param ageOf the true age (s) of a readout, where it is known; else the one that was asked for counts.
   */
  levels(ageOf: (readout: ReadoutId) => number | undefined): LevelDrift[] {
    const ages = [...this.#measured].sort(([a], [b]) => a - b);
    const most = Math.max(...ages.map(([, tiles]) => tiles.size));
    const from = ages.findIndex(([, tiles]) => tiles.size === most);
    const [, reference] = ages[from] ?? [];
    if (reference === undefined) return [];
    const later = ages.slice(from);
    return shownLevels.flatMap((level, index) => {
      const points = later.flatMap(([asked, tiles]) =>
        pointOf(tiles, reference, index, (id) => ageOf(id) ?? asked),
      );
      if (points.length < 2) return [];
      const fit = powerLaw(points.map(({ ageSeconds, median }) => [ageSeconds, median]));
      const devices = Math.max(...points.map((point) => point.devices));
      return [{ g: level / (levelCount - 1), devices, points, ...(fit !== undefined && { fit }) }];
    });
  }
}

/** None without devices that were read at the reference, too. */
function pointOf(
  tiles: ReadonlyMap<number, Measured>,
  reference: ReadonlyMap<number, Measured>,
  level: number,
  ageOf: (readout: ReadoutId) => number,
): (DriftPoint & { devices: number })[] {
  const ratios: number[] = [];
  const ages: number[] = [];
  for (const [tile, { readout, siemens }] of tiles) {
    const first = reference.get(tile)?.siemens[level];
    const now = siemens[level];
    if (first === undefined || now === undefined) continue;
    ages.push(ageOf(readout));
    for (let at = 0; at < first.length; at++) if (first[at]! > 0) ratios.push(now[at]! / first[at]!);
  }
  if (ratios.length === 0) return [];
  const sorted = Float64Array.from(ratios).sort();
  const at = (share: number): number => quantile(sorted, share);
  const ageSeconds = ages.reduce((sum, age) => sum + age, 0) / ages.length;
  return [{ ageSeconds, low: at(0.1), median: at(0.5), high: at(0.9), devices: sorted.length }];
}
