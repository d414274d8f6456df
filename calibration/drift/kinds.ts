/** Devices by their kind: those of one kind have about the same noise, such as those with one target. */

import type { AgeBlock } from "./age-blocks.ts";

/** Of devices that are left alone: they have no fit. */
export const noKind = 255;

/** Numbers of the devices of a block, one list for each of 256 kinds. */
export function devicesByKind(kinds: Uint8Array, { from, to }: Pick<AgeBlock, "from" | "to">): Uint32Array[] {
  const counts = new Uint32Array(256);
  for (let device = from; device < to; device++) counts[kinds[device]!]! += 1;
  const lists = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let device = from; device < to; device++) {
    const kind = kinds[device]!;
    lists[kind]![counts[kind]!++] = device;
  }
  return lists;
}
