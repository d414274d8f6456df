/** What a run does with blocks after it programmed them: each is verified and read at given ages, when its own time has come. */

import type { BlockProgramming } from "../../../calibration/program-verify/block-programming.ts";
import { regionText } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import { formatDuration } from "../../core/units.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import { Agenda } from "../agenda.ts";
import type { Context } from "../context.ts";
import { bootNote } from "./boot-note.ts";
import { keepReading } from "./keep-reading.ts";
import { type BlockTargets, type TileJob, verifyTileLate } from "./program-tile.ts";
import { latestFactor } from "./reading-age.ts";

export interface LateJob extends TileJob {
  /** Seconds after the first programming of a block, rising; none for no late verification. */
  readonly verifyAtSeconds: readonly number[];
  /** Seconds after the last pulses of a block, rising, at which it is read while others are programmed. */
  readonly readAtSeconds: readonly number[];
}

/** @throws LabError INTERRUPTED. */
export function assertGoingOn({ stop }: Context): void {
  if (stop.aborted) throw new LabError("INTERRUPTED", "programming was stopped by the user");
}

interface Programmed {
  readonly targets: BlockTargets;
  done: BlockProgramming;
}

export class LateWork {
  readonly #job: LateJob;
  readonly #agenda: Agenda;
  readonly #blocks: Programmed[] = [];

  constructor(job: LateJob) {
    this.#job = job;
    this.#agenda = new Agenda(job.chip, job.context.stop);
  }

  /** A block that this run has programmed. */
  add(targets: BlockTargets, done: BlockProgramming): void {
    const block = { targets, done };
    this.#blocks.push(block);
    for (const age of this.#job.verifyAtSeconds)
      this.#agenda.add(done.endSeconds + age, () => this.#verify(block, age));
    if (this.#job.verifyAtSeconds.length === 0) this.#readLater(block);
  }

  /** The readings of a tile that were left open by the run that programmed it; those whose time is past are given up with a warning. */
  async readMissing(tile: StoredTile, programming: StoredProgramming): Promise<void> {
    const { store, board, chip, context, readAtSeconds } = this.#job;
    const missing = readAtSeconds.filter(
      (age) => !store.readouts.atAge(age).some((readout) => readout.tile === tile.id),
    );
    if (missing.length === 0 || programming.bootNote !== bootNote(board.bootId)) return;
    const ageNow = (await chip.now()) - programming.endedChipSeconds;
    for (const age of missing) {
      if (ageNow <= latestFactor * age) this.#readAt(tile, programming.endedChipSeconds, age);
      else
        context.output.warn(
          `${regionText(tile.region)} was not read at ${formatDuration(age)}: it is ${formatDuration(ageNow)} old`,
        );
    }
  }

  /** What is due by now. @throws as programming does. */
  async doDue(): Promise<void> {
    await this.#agenda.keepDue();
  }

  /** Waits for all that is left. @returns what became of every block in the end. */
  async doAll(): Promise<BlockProgramming[]> {
    await this.#agenda.keepWithin(Number.POSITIVE_INFINITY);
    return this.#blocks.map(({ done }) => done);
  }

  async #verify(block: Programmed, ageSeconds: number): Promise<void> {
    assertGoingOn(this.#job.context);
    block.done = await verifyTileLate(this.#job, block.targets, block.done, ageSeconds);
    if (ageSeconds === this.#job.verifyAtSeconds.at(-1)) this.#readLater(block);
  }

  #readLater({ targets, done }: Programmed): void {
    for (const age of this.#job.readAtSeconds)
      for (const tile of targets.placed.tiles) this.#readAt(tile, done.endSeconds, age);
  }

  #readAt(tile: StoredTile, endSeconds: number, ageSeconds: number): void {
    this.#agenda.add(endSeconds + ageSeconds, async () => {
      assertGoingOn(this.#job.context);
      const current = this.#job.store.programmings.current().find((one) => one.tile === tile.id);
      if (current !== undefined) await keepReading(this.#job, tile, current.id, ageSeconds);
    });
  }
}
