/** How many devices have which conductance: wanted, and measured at each age. */

import type { MeasuredHistogram } from "../../report/statistics/conductance-histogram.ts";

/** Bins of Gmax / 50 from 0 to 1.4 Gmax, as in the report; what lies above counts in the last. */
const binsPerGmax = 50;
const binCount = 70;

export class Histograms {
  readonly binSiemens: number;
  readonly target = new Uint32Array(binCount);
  readonly #measured = new Map<number, { tiles: number; readonly counts: Uint32Array }>();

  constructor(gmaxSiemens: number) {
    this.binSiemens = gmaxSiemens / binsPerGmax;
  }

  addTargets(siemens: Float32Array): void {
    tally(this.target, siemens, this.binSiemens);
  }

  /** Of one tile, once for each age. */
  addMeasured(ageSeconds: number, siemens: Float32Array): void {
    const entry = this.#measured.get(ageSeconds) ?? { tiles: 0, counts: new Uint32Array(binCount) };
    this.#measured.set(ageSeconds, entry);
    entry.tiles++;
    tally(entry.counts, siemens, this.binSiemens);
  }

  /** The first and the last age at which so many tiles were read. */
  measured(tiles: number): MeasuredHistogram[] {
    const complete = [...this.#measured]
      .filter(([, entry]) => entry.tiles >= tiles)
      .sort(([a], [b]) => a - b)
      .map(([ageSeconds, { counts }]) => ({ ageSeconds, counts }));
    const later = complete.filter(({ ageSeconds }) => ageSeconds > 0);
    const shown = later.length > 0 ? later : complete;
    return shown.length > 2 ? [...shown.slice(0, 1), ...shown.slice(-1)] : shown;
  }
}

function tally(counts: Uint32Array, siemens: Float32Array, binSiemens: number): void {
  const last = counts.length - 1;
  for (let at = 0; at < siemens.length; at++) {
    const bin = Math.floor(siemens[at]! / binSiemens);
    counts[bin < 0 ? 0 : bin > last ? last : bin]! += 1;
  }
}
