/** Levels of targets that a twin is fitted at: those of a pattern as they are, those of a network in steps. */

import { noKind } from "../drift/kinds.ts";

export interface TargetLevels {
  readonly count: number;
  /** Number of the level of each target (S); `noKind` for none. */
  kindsOf(targets: Float32Array): Uint8Array;
}

/** A pattern has no more levels than this, each of at least this part of the devices, and together nearly all of them. */
const mostLevels = 24;
const smallestPart = 0.005;
const nearlyAll = 0.95;

/** More different targets than this are no pattern, whoever holds them. */
const mostTargets = 4096;

/** Of the largest conductance. Closer where the laws of drift and noise bend, and where a network has most of its weights. */
const steps = [0, 0.02, 0.04, 0.06, 0.085, 0.12, 0.16, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** @param regions targets (S) of the devices of each region. @param largestSiemens conductance of the largest weight. */
export function targetLevels(regions: Iterable<Float32Array>, largestSiemens: number): TargetLevels {
  const counts = new Map<number, number>();
  let devices = 0;
  for (const targets of regions)
    for (const target of targets) {
      devices++;
      const known = counts.get(target);
      if (known !== undefined || counts.size < mostTargets) counts.set(target, (known ?? 0) + 1);
    }
  const common = [...counts].filter(([, count]) => count >= smallestPart * devices);
  const held = common.reduce((sum, [, count]) => sum + count, 0);
  return common.length <= mostLevels && held >= nearlyAll * devices
    ? patternOf(common.map(([target]) => target).sort((a, b) => a - b))
    : stepsOf(steps.map((g) => g * largestSiemens));
}

/** Targets of their own, such as those of the partners of stuck devices, belong to no level. */
function patternOf(levels: readonly number[]): TargetLevels {
  const kinds = new Map(levels.map((level, kind) => [level, kind]));
  return {
    count: levels.length,
    kindsOf: (targets) => Uint8Array.from(targets, (target) => kinds.get(target) ?? noKind),
  };
}

/** The nearest step; zero is one of its own: nothing but a target of 0 belongs to it. */
function stepsOf(levels: readonly number[]): TargetLevels {
  const bounds = levels.slice(1).map((level, n) => (levels[n] === 0 ? 0 : (level + levels[n]!) / 2));
  const kindOf = (target: number): number => {
    let kind = 0;
    while (kind < bounds.length && target > bounds[kind]!) kind++;
    return kind;
  };
  return { count: levels.length, kindsOf: (targets) => Uint8Array.from(targets, kindOf) };
}
