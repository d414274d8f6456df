/**
 * Memory of an emulated chip, by what V8 says of the memory outside its heap: the state of the devices, the matrices that
 * MVMs hold, and the WebAssembly memory of their kernel. Objects do not grow with the devices, so the heap is left out.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Crossbar, createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";
import { deviceCount } from "../../src/chip/descriptor.ts";

/** Bytes a device. */
export interface ChipMemory {
  readonly all: number;
  /** The chip as it was made. */
  readonly devices: number;
  /** What MVMs of the whole core, of one and four phases, have left behind: matrices and the kernel's memory. */
  readonly matrices: number;
  readonly kernel: number;
}

const seed = 1;

export async function measuredMemory(name: string): Promise<ChipMemory> {
  const profile = builtinProfile(name);
  const empty = await memoryNow();
  const chip = createCrossbar(profile, seed);
  const made = await memoryNow();
  multiplyAll(chip, profile);
  const used = await memoryNow();
  const count = deviceCount(chip.descriptor);
  return {
    all: (used.external - empty.external) / count,
    devices: (made.external - empty.external) / count,
    matrices: (used.arrayBuffers - made.arrayBuffers) / count,
    kernel: (used.wasm - made.wasm) / count,
  };
}

/** Twice, because the second of two moments takes the place of the first. */
function multiplyAll(chip: Crossbar, { arrays: [array], mvm }: ChipProfile): void {
  if (mvm === undefined || array === undefined) return;
  const { rows, columns } = array;
  const inputs = new Int8Array(rows).fill(1);
  for (const seconds of [1, 2 + mvm.holdSeconds])
    for (const phases of [1, 4] as const)
      chip.mvm?.({ cells: { row: 0, column: 0, rows, columns }, phases, inputs }, seconds);
}

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

interface Memory {
  /** All of it, buffers included. */
  readonly external: number;
  readonly arrayBuffers: number;
  readonly wasm: number;
}

/** V8 frees buffers after a collection, on a thread of its own, and counts them off at the next one. */
async function memoryNow(): Promise<Memory> {
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { external, arrayBuffers } = process.memoryUsage();
  return { external, arrayBuffers, wasm: external - arrayBuffers };
}
