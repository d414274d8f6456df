/** Late verifications: blocks that were programmed are read and repaired at given ages, each when its own time has come. */

import type { BlockProgramming } from "../../../calibration/program-verify/block-programming.ts";
import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { type BlockTargets, type TileJob, verifyTileLate } from "./program-tile.ts";

export interface LateJob extends TileJob {
  /** Seconds after the first programming of a block, rising; none for no late verification. */
  readonly verifyAtSeconds: readonly number[];
}

/** @throws LabError INTERRUPTED. */
export function assertGoingOn({ stop }: Context): void {
  if (stop.aborted) throw new LabError("INTERRUPTED", "programming was stopped by the user");
}

interface Programmed {
  readonly targets: BlockTargets;
  /** Chip time at which its programming ended; ages count from here. */
  readonly endSeconds: number;
  done: BlockProgramming;
}

interface Due {
  readonly block: Programmed;
  readonly ageSeconds: number;
}

export class LateVerifications {
  readonly #job: LateJob;
  readonly #blocks: Programmed[] = [];
  readonly #waiting: Due[] = [];

  constructor(job: LateJob) {
    this.#job = job;
  }

  add(targets: BlockTargets, done: BlockProgramming): void {
    const block = { targets, endSeconds: done.endSeconds, done };
    this.#blocks.push(block);
    for (const ageSeconds of this.#job.verifyAtSeconds) this.#waiting.push({ block, ageSeconds });
    this.#waiting.sort((a, b) => dueSeconds(a) - dueSeconds(b));
  }

  /** Verifies the blocks whose time has come. @throws as programming does. */
  async verifyDue(): Promise<void> {
    if (this.#waiting.length === 0) return;
    let now = await this.#job.chip.now();
    for (
      let next = this.#waiting[0];
      next !== undefined && dueSeconds(next) <= now;
      next = this.#waiting[0]
    ) {
      await this.#verifyNext();
      now = await this.#job.chip.now();
    }
  }

  /** Waits for all that are left. @returns what became of every block in the end. */
  async verifyAll(): Promise<BlockProgramming[]> {
    const { chip, context } = this.#job;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      await chip.waitUntil(dueSeconds(next), context.stop);
      await this.#verifyNext();
    }
    return this.#blocks.map(({ done }) => done);
  }

  async #verifyNext(): Promise<void> {
    assertGoingOn(this.#job.context);
    const due = this.#waiting.shift();
    if (due === undefined) return;
    const { block, ageSeconds } = due;
    block.done = await verifyTileLate(this.#job, block.targets, block.done, ageSeconds);
  }
}

const dueSeconds = ({ block, ageSeconds }: Due): number => block.endSeconds + ageSeconds;
