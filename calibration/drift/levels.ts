/** Devices that were meant to hold the same conductance. */

export interface DriftLevels {
  /** Conductance of each level (S), rising. */
  readonly siemens: readonly number[];
  /** Number of the level of each device. */
  kindsOf(targets: Float32Array): Uint8Array;
}

/** More different targets than this are those of a network, and belong to the nearest tenth of the largest. */
const mostTargets = 24;
const tenths = 10;

/** @param regions targets (S) of the devices of each region. @param largestSiemens conductance of the largest weight. */
export function levelsOf(regions: Iterable<Float32Array>, largestSiemens: number): DriftLevels {
  const found = new Set<number>();
  for (const targets of regions) {
    for (const target of targets) {
      found.add(target);
      if (found.size > mostTargets) return tenthsOf(largestSiemens);
    }
  }
  const siemens = [...found].sort((a, b) => a - b);
  const numbers = new Map(siemens.map((value, kind) => [value, kind]));
  return {
    siemens,
    kindsOf: (targets) => Uint8Array.from(targets, (target) => numbers.get(target) ?? 0),
  };
}

/** Levels of 0, 0.1, ... 1 of a largest conductance (S); what lies above belongs to the last. */
export const tenthsOf = (largestSiemens: number): DriftLevels => ({
  siemens: Array.from({ length: tenths + 1 }, (_, i) => (largestSiemens * i) / tenths),
  kindsOf: (targets) =>
    Uint8Array.from(targets, (target) =>
      Math.max(0, Math.min(tenths, Math.round((tenths * target) / largestSiemens))),
    ),
});
