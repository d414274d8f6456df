/** Devices of nearly the same ages, which share the design and the covariance of their fits. */

import { ageOf, type DriftRead } from "./readings.ts";

export interface AgeBlock {
  /** Devices from <= d < to. */
  readonly from: number;
  readonly to: number;
  /** Ages (s) of the device in the middle. */
  readonly ages: Float64Array;
  /** By which share of those the ages of the next device are larger. */
  readonly steps: Float64Array;
}

/** Ages within a block differ by less than this share, so that ln age is its third-order expansion to 1e-7. */
const widestShare = 0.05;

/** In the order of the devices. @throws RangeError when a device is read before its last pulse. */
export function ageBlocks(reads: readonly DriftRead[], devices: number): AgeBlock[] {
  const blocks: AgeBlock[] = [];
  for (let from = 0; from < devices; ) {
    const to = Math.min(devices, from + Math.max(1, reach(reads, from, devices)));
    const middle = Math.floor((from + to - 1) / 2);
    const ages = Float64Array.from(reads, (read) => ageOf(read, middle));
    blocks.push({ from, to, ages, steps: ages.map((age, r) => reads[r]!.ageStepSeconds / age) });
    from = to;
  }
  return blocks;
}

/** How many devices from one on have its ages within the share. */
function reach(reads: readonly DriftRead[], from: number, devices: number): number {
  let count = devices - from;
  for (const read of reads) {
    if (read.ageStepSeconds === 0) continue;
    count = Math.min(count, Math.floor((widestShare * ageOf(read, from)) / Math.abs(read.ageStepSeconds)));
  }
  return count;
}
