/**
 * A way to program the weights of a block: by an algorithm on the host, by the board itself, or by a descent on the error of products
 * after one. What they have in common is what a run needs to program, store and resume blocks.
 */

import type { Chip } from "../../src/chip/chip.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import type { BlockProgramming } from "../program-verify/block-programming.ts";
import type { BadDevices } from "../program-verify/known-bad.ts";
import type { BandsOptions } from "../program-verify/program-bands.ts";

export interface MethodOptions extends BandsOptions {
  /** Devices that get no pulse and are `skipped`. */
  readonly bad?: BadDevices;
  /** Bytes that `hooks.onState` gave, by band, to a process that did not come to the end: the block is gone on with from there. */
  readonly resume?: ReadonlyMap<number, Uint8Array>;
  /** Whether the board has started anew since those. */
  readonly restarted?: boolean;
}

export interface ProgrammingMethod {
  readonly name: string;
  /** Plain JSON: what the method does differently with other values is in here. */
  readonly parameters: object;
  /** Why late verification would spoil what it does; undefined when it may follow. */
  readonly noLate?: string;
  /**
   * @throws LabError USAGE for parameters that contradict each other, LIMIT for what the chip or the places of the blocks do not allow.
   * To be called before anything is sent.
   */
  assertPossible(chip: Pick<Chip, "descriptor" | "onBoard">, blocks: readonly WeightBlock[]): void;
  /** What the hooks number; they depend on nothing but these. The pulses of a band are told to `beforePulses`, or are in its state. */
  bands(block: WeightBlock, descriptor: Descriptor): WeightBlock[];
  /**
   * @param targets S, signed, one for each weight of the block, row by row.
   * @returns pulses of this process, and those that a state of `resume` has.
   * @throws BlockUnfinished with what was done and the cause when it was begun, LabError when no pulse was sent.
   */
  program(
    chip: Chip,
    block: WeightBlock,
    targets: Float32Array,
    options: MethodOptions,
  ): Promise<BlockProgramming>;
  /** @param before what `program`, or an earlier late verification, gave. @returns the pulses and times of this pass alone. @throws as `program`. */
  verifyLate(
    chip: Chip,
    block: WeightBlock,
    targets: Float32Array,
    before: BlockProgramming,
    options: Omit<MethodOptions, "resume">,
  ): Promise<BlockProgramming>;
}
