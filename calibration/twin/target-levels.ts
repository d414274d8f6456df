/** Levels of targets that a twin is fitted at: those of a pattern as they are, those of a network in steps. */

export interface TargetLevels {
  readonly count: number;
  /** Number of the level of each target (S). */
  kindsOf(targets: Float32Array): Uint8Array;
}

/** More different targets than this are those of a network. */
const mostTargets = 24;

/** Of the largest conductance. Closer where the laws of drift and noise bend, and where a network has most of its weights. */
const steps = [0, 0.02, 0.04, 0.06, 0.085, 0.12, 0.16, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** @param regions targets (S) of the devices of each region. @param largestSiemens conductance of the largest weight. */
export function targetLevels(regions: Iterable<Float32Array>, largestSiemens: number): TargetLevels {
  const found = new Set<number>();
  for (const targets of regions)
    for (const target of targets) {
      found.add(target);
      if (found.size > mostTargets) return nearestOf(steps.map((g) => g * largestSiemens));
    }
  return nearestOf([...found].sort((a, b) => a - b));
}

/** Zero is a level of its own: nothing but a target of 0 belongs to it. */
function nearestOf(levels: readonly number[]): TargetLevels {
  const bounds = levels.slice(1).map((level, n) => (levels[n] === 0 ? 0 : (level + levels[n]!) / 2));
  return {
    count: levels.length,
    kindsOf: (targets) =>
      targets.reduce((kinds, target, device) => {
        let kind = 0;
        while (kind < bounds.length && target > bounds[kind]!) kind++;
        kinds[device] = kind;
        return kinds;
      }, new Uint8Array(targets.length)),
  };
}
