/** How conductance goes down with time at a few target levels: quantiles of G(t) / G(first readout). */

import { levelCount, levelOf } from "./level-errors.ts";
import { quantile } from "./quantile.ts";
import type { DeviceStatistic, TileData } from "./tile-data.ts";

/** Levels that are shown: g = 0.1, 0.4, 0.7, 1.0. */
const shownLevels = [1, 4, 7, 10];

/** Enough for a 10 % quantile good to a few tenths of a per cent of the devices. */
const samplesPerLevel = 20_000;

export interface DriftPoint {
  readonly ageSeconds: number;
  /** Quantiles of G(t) / G(first). */
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface LevelDrift {
  /** g = G / Gmax of the level. */
  readonly g: number;
  readonly devices: number;
  readonly points: readonly DriftPoint[];
  /** A power law through the medians, where somebody has fitted one. */
  readonly fit?: PowerLaw;
}

/** G(t) = atOneSecond x (t / 1 s)^-exponent, relative to the first readout like the points. */
export interface PowerLaw {
  /** nu: positive where conductance goes down. */
  readonly exponent: number;
  readonly atOneSecond: number;
}

export class DriftByLevel implements DeviceStatistic {
  readonly #gmax: number;
  readonly #stride: number;
  readonly #samples = new Map(shownLevels.map((level) => [level, new Map<number, number[]>()]));
  readonly #seen = new Uint32Array(levelCount);

  /** @param devices of the whole chip region in use: of many, every n-th of a level is looked at. */
  constructor(gmaxSiemens: number, devices: number) {
    this.#gmax = gmaxSiemens;
    this.#stride = Math.max(1, Math.floor(devices / (samplesPerLevel * levelCount * 2)));
  }

  add({ cells, readings }: TileData): void {
    const first = readings[0]?.siemens;
    if (first === undefined || readings.length < 2) return;
    const { targetSiemens } = cells;
    for (let cell = 0; cell < targetSiemens.length; cell++) {
      const level = levelOf(targetSiemens[cell]!, this.#gmax);
      const samples = this.#samples.get(level);
      if (samples === undefined || first[cell]! <= 0 || this.#skips(level)) continue;
      for (const { ageSeconds, siemens } of readings)
        listOf(samples, ageSeconds).push(siemens[cell]! / first[cell]!);
    }
  }

  levels(): LevelDrift[] {
    return [...this.#samples]
      .filter(([, samples]) => samples.size > 1)
      .map(([level, samples]) => ({
        g: level / (levelCount - 1),
        devices: [...samples.values()][0]?.length ?? 0,
        points: [...samples].map(([ageSeconds, ratios]) =>
          pointOf(ageSeconds, Float64Array.from(ratios).sort()),
        ),
      }));
  }

  #skips(level: number): boolean {
    const seen = this.#seen[level]!;
    this.#seen[level] = seen + 1;
    return seen % this.#stride !== 0;
  }
}

const pointOf = (ageSeconds: number, sorted: Float64Array): DriftPoint => ({
  ageSeconds,
  low: quantile(sorted, 0.1),
  median: quantile(sorted, 0.5),
  high: quantile(sorted, 0.9),
});

function listOf(lists: Map<number, number[]>, key: number): number[] {
  const known = lists.get(key) ?? [];
  lists.set(key, known);
  return known;
}
