/** How many devices have which conductance: wanted, and measured first and last. */

import type { DeviceStatistic, TileData } from "./tile-data.ts";

/** Bins of Gmax / 50 from 0 to 1.4 Gmax; what lies above counts in the last. */
const binsPerGmax = 50;
const binCount = 70;

export interface MeasuredHistogram {
  readonly ageSeconds: number;
  readonly counts: Uint32Array;
}

/** What a figure of conductances is drawn from. */
export interface ConductanceCounts {
  readonly binSiemens: number;
  /** Devices of each bin from 0 on. */
  readonly target: Uint32Array;
  /** At the first and at the last age, by rising age. */
  measured(): MeasuredHistogram[];
}

export class ConductanceHistogram implements DeviceStatistic, ConductanceCounts {
  readonly binSiemens: number;
  readonly target = new Uint32Array(binCount);
  readonly #measured = new Map<number, Uint32Array>();

  constructor(gmaxSiemens: number) {
    this.binSiemens = gmaxSiemens / binsPerGmax;
  }

  add({ cells, readings }: TileData): void {
    tally(this.target, cells.targetSiemens, this.binSiemens);
    for (const { ageSeconds, siemens } of endsOf(readings)) {
      const counts = this.#measured.get(ageSeconds) ?? new Uint32Array(binCount);
      this.#measured.set(ageSeconds, counts);
      tally(counts, siemens, this.binSiemens);
    }
  }

  measured(): MeasuredHistogram[] {
    return [...this.#measured].map(([ageSeconds, counts]) => ({ ageSeconds, counts }));
  }
}

function endsOf<T>(items: readonly T[]): readonly T[] {
  return items.length > 2 ? [...items.slice(0, 1), ...items.slice(-1)] : items;
}

function tally(counts: Uint32Array, siemens: Float32Array, binSiemens: number): void {
  const last = counts.length - 1;
  for (const value of siemens) counts[Math.max(0, Math.min(last, Math.floor(value / binSiemens)))]! += 1;
}
