/** Quantiles of G / G at the reference age over the devices of a level, by age. */

import { leftOutBits } from "../../../calibration/drift/masks.ts";
import { isMeasured } from "../../../calibration/drift/readings.ts";
import { cellCount } from "../../chip/region.ts";
import type { FanPoint } from "../../store/drift-rows.ts";
import type { FittedSubject } from "./analysis.ts";
import { type Derivation, readingsOf, type SubjectCodes } from "./load-readings.ts";
import type { DriftSubject } from "./subjects.ts";

/** Enough for a 10 % quantile good to half a per cent of the devices. */
const samplesPerLevel = 4000;

export class Fans {
  readonly #stride: number;
  readonly #ratios: readonly Map<number, number[]>[];

  /** Of many devices, every n-th row is looked at. */
  constructor(levels: number, subjects: readonly DriftSubject[]) {
    const devices = subjects.reduce((sum, { region }) => sum + cellCount(region), 0);
    this.#stride = Math.max(1, Math.floor(devices / (samplesPerLevel * levels)));
    this.#ratios = Array.from({ length: levels }, () => new Map());
  }

  add(codes: SubjectCodes, { subject, fits, kinds }: FittedSubject, derivation: Derivation): void {
    const { rows, columns } = subject.region;
    const ages = subject.reads.map(
      ({ ageSeconds, readouts: [{ requestedAgeSeconds }] }) => requestedAgeSeconds ?? ageSeconds,
    );
    for (let row = 0; row < rows; row += this.#stride) {
      const { siemens } = readingsOf(codes, row, 1, derivation);
      for (let column = 0; column < columns; column++) {
        const device = row * columns + column;
        const level = this.#ratios[kinds[device]!];
        if (level === undefined || (fits.marks[device]! & leftOutBits) !== 0) continue;
        this.#addDevice(level, ages, fits.siemens[device]!, (read) => siemens[read * columns + column]!);
      }
    }
  }

  #addDevice(
    level: Map<number, number[]>,
    ages: readonly number[],
    referenceSiemens: number,
    siemensAt: (read: number) => number,
  ): void {
    for (const [r, age] of ages.entries()) {
      const siemens = siemensAt(r);
      if (!isMeasured(siemens)) continue;
      const list = level.get(age) ?? [];
      level.set(age, list);
      list.push(siemens / referenceSiemens);
    }
  }

  /** By rising age. */
  of(level: number): FanPoint[] {
    return [...(this.#ratios[level] ?? [])]
      .map(([ageSeconds, ratios]): FanPoint => {
        const sorted = Float64Array.from(ratios).sort();
        const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
        return { ageSeconds, devices: sorted.length, low: at(0.1), median: at(0.5), high: at(0.9) };
      })
      .sort((a, b) => a.ageSeconds - b.ageSeconds);
  }
}
