/** What of the variance of a chip's readings a rehearsal lacks, level by level, and which relaxation would make up for it. */

import type { LevelFigures } from "../../../calibration/twin/level-tally.ts";
import type { RehearsedLevel } from "./rehearsal.ts";

export interface Conducting {
  readonly level: number;
  /** Mean, S. */
  readonly target: number;
  readonly devices: number;
  /** Of the first readings of the chip (S^2). */
  readonly variance: number;
}

/** Squares of the relative relaxation, one for each conducting level. */
export type Squares = readonly number[];

/** Beyond this a normal relative change would often be below -1. */
const largestSpread = 0.5;

export const conductingOf = (levels: readonly LevelFigures[]): Conducting[] =>
  levels.flatMap(({ targetSiemens: target, first }, level) =>
    target > 0 && first !== undefined
      ? [{ level, target, devices: first.devices, variance: first.sigmaSiemens ** 2 }]
      : [],
  );

const varianceOf = (rehearsed: readonly RehearsedLevel[], { level }: Conducting): number =>
  (rehearsed[level]?.sigmaSiemens ?? Number.NaN) ** 2;

/**
 * What the square of the relaxation adds to the variance of a reading, over the square of the conductance: the same at all levels, since
 * it is the part of the relaxation that comes after the last verifying read.
 */
export function gainOf(
  conducting: readonly Conducting[],
  quiet: readonly RehearsedLevel[],
  tried: readonly RehearsedLevel[],
  squares: Squares,
): number {
  const gain = slopeOf(conducting, (one, n) => ({
    x: one.target ** 2 * (squares[n] ?? 0),
    y: varianceOf(tried, one) - varianceOf(quiet, one),
    error: varianceOf(tried, one),
  }));
  return Math.min(1, Math.max(smallestGain, gain));
}

const smallestGain = 0.05;

/** The square of the one size that makes up for most of what is missing. */
export function sizeFor(
  conducting: readonly Conducting[],
  rehearsed: readonly RehearsedLevel[],
  gain: number,
  shape: readonly number[],
): number {
  const size = slopeOf(conducting, (one, n) => ({
    x: gain * (one.target * (shape[n] ?? 0)) ** 2,
    y: one.variance - varianceOf(rehearsed, one),
    error: one.variance,
  }));
  return Math.min(largestSpread ** 2, Math.max(0, size));
}

/** Of y = slope x, by least squares over the levels that were rehearsed; 0 when nothing is known. */
function slopeOf(
  conducting: readonly Conducting[],
  pointOf: (one: Conducting, n: number) => { readonly x: number; readonly y: number; readonly error: number },
): number {
  let [sum, total] = [0, 0];
  for (const [n, one] of conducting.entries()) {
    const { x, y, error } = pointOf(one, n);
    const weight = x / error ** 2;
    if (!Number.isFinite(weight * y)) continue;
    sum += weight * y;
    total += weight * x;
  }
  return total === 0 ? 0 : sum / total;
}

/** A level is missed by more than this part, and by more than chance. */
const missedShare = 0.1;

export function isMissed(one: Conducting, rehearsed: readonly RehearsedLevel[]): boolean {
  const ratio = Math.sqrt(varianceOf(rehearsed, one) / one.variance);
  const chance = 3 * Math.sqrt(1 / (2 * one.devices) + 1 / (2 * (rehearsed[one.level]?.devices ?? 0)));
  return Math.abs(ratio - 1) > Math.max(missedShare, chance);
}

/** Squares of the relaxation that would have made up for what was missing, or was too much. */
export const corrected = (
  conducting: readonly Conducting[],
  { squares, rehearsed }: { readonly squares: Squares; readonly rehearsed: readonly RehearsedLevel[] },
  gain: number,
): number[] =>
  conducting.map((one, n) => {
    const missing = (one.variance - varianceOf(rehearsed, one)) / (gain * one.target ** 2);
    const square = (squares[n] ?? 0) + (Number.isFinite(missing) ? missing : 0);
    return Math.min(largestSpread ** 2, Math.max(0, square));
  });
