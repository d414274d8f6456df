/** Programming error by target level: what the first readout differs from the target by. */

import { type CellOutcome, cellOutcomes } from "../../chip/outcome.ts";
import type { DeviceStatistic, TileData } from "./tile-data.ts";

/** Levels g = G / Gmax of 0, 0.1 ... 1.0; a target belongs to the nearest. */
export const levelCount = 11;

export const levelOf = (targetSiemens: number, gmaxSiemens: number): number =>
  Math.min(levelCount - 1, Math.round((targetSiemens / gmaxSiemens) * (levelCount - 1)));

/**
 * Standard deviation (S) of the conductance that iterative programming reaches, at g = G / Gmax: the polynomial fitted to
 * the 1M-device array of Joshi et al. 2020, as published with aihwkit (FACTS.md 7.1), stated at Gmax = 25 µS.
 */
export const publishedSigma = (g: number, gmaxSiemens: number): number =>
  ((0.2635 + 1.965 * g - 1.1731 * g * g) * 1e-6 * gmaxSiemens) / 25e-6;

export interface LevelError {
  /** g = G / Gmax of the level. */
  readonly g: number;
  readonly devices: number;
  /** Mean of measured minus target, S. */
  readonly meanSiemens: number;
  /** Standard deviation of measured minus target, S. */
  readonly sigmaSiemens: number;
}

/** Half the 95 % interval of a standard deviation (S): 1.96 sigma / sqrt(2 (n - 1)), for many devices of a normal distribution. */
export const sigmaHalfWidth = ({ devices, sigmaSiemens }: LevelError): number =>
  (1.96 * sigmaSiemens) / Math.sqrt(2 * (devices - 1));

const code = (outcome: CellOutcome): number => cellOutcomes.indexOf(outcome);

export class LevelErrors implements DeviceStatistic {
  readonly #gmax: number;
  readonly #all = new Moments();
  readonly #converged = new Moments();
  readonly #closing = new Moments();

  constructor(gmaxSiemens: number) {
    this.#gmax = gmaxSiemens;
  }

  add({ cells, readings, closing }: TileData): void {
    const first = readings[0]?.siemens;
    if (first === undefined) return;
    const { targetSiemens, outcomes } = cells;
    for (let cell = 0; cell < first.length; cell++) {
      const target = targetSiemens[cell]!;
      const outcome = outcomes[cell]!;
      if (outcome === code("skipped")) continue;
      const level = levelOf(target, this.#gmax);
      this.#all.add(level, first[cell]! - target);
      if (outcome !== code("converged")) continue;
      this.#converged.add(level, first[cell]! - target);
      if (closing !== undefined) this.#closing.add(level, closing[cell]! - target);
    }
  }

  /** All devices that were programmed, whatever came of it. */
  all(): LevelError[] {
    return this.#all.levels();
  }

  converged(): LevelError[] {
    return this.#converged.levels();
  }

  /** The converged devices at the readout that closes programming; empty when that is the only one, or was not made. */
  closing(): LevelError[] {
    return this.#closing.levels();
  }
}

/** Count, sum and sum of squares of each level. */
export class Moments {
  readonly #count = new Float64Array(levelCount);
  readonly #sum = new Float64Array(levelCount);
  readonly #squares = new Float64Array(levelCount);

  add(level: number, value: number): void {
    this.#count[level]! += 1;
    this.#sum[level]! += value;
    this.#squares[level]! += value * value;
  }

  /** Levels with two devices or more. */
  levels(): LevelError[] {
    return Array.from(this.#count, (devices, level) => this.#level(devices, level)).filter(
      ({ devices }) => devices > 1,
    );
  }

  #level(devices: number, level: number): LevelError {
    const mean = this.#sum[level]! / devices;
    const variance = (this.#squares[level]! - devices * mean * mean) / (devices - 1);
    const sigmaSiemens = Math.sqrt(Math.max(0, variance));
    return { g: level / (levelCount - 1), devices, meanSiemens: mean, sigmaSiemens };
  }
}
