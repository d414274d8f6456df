/** Programs one block of tiles, or goes on where another process left it, and stores what became of it. */

import type { MethodOptions, ProgrammingMethod } from "../../../calibration/methods/method.ts";
import {
  afterLate,
  type BlockProgramming,
  BlockUnfinished,
} from "../../../calibration/program-verify/block-programming.ts";
import { ofPart } from "../../../calibration/program-verify/device-order.ts";
import type { BadDevices } from "../../../calibration/program-verify/known-bad.ts";
import type { Chip } from "../../chip/chip.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { cellOutcomes } from "../../chip/outcome.ts";
import type { ReadOptions } from "../../chip/readout.ts";
import { regionText } from "../../chip/region.ts";
import type { PlacedBlock } from "../../network/weight-blocks.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { NewProgramming } from "../../store/programmings.ts";
import type { NewReadout } from "../../store/readouts.ts";
import type { Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { type CellWear, tileOfBlock, wearOf } from "./block-wear.ts";
import { bootNote } from "./boot-note.ts";
import { assertSamePowerUp, keepReading } from "./keep-reading.ts";
import { type TileCheckpoints, tileCheckpoints } from "./tile-checkpoints.ts";

/** What is the same for all tiles of a network. */
export interface TileJob {
  readonly chip: Chip;
  readonly board: OpenedChip;
  readonly method: ProgrammingMethod;
  /** Of the readout right after programming. */
  readonly reading: ReadOptions;
  readonly calibration: NewReadout["calibration"];
  readonly store: Store;
  readonly ledger: CellWear;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly context: Context;
}

/** A block of tiles and what its weights are meant to be. */
export interface BlockTargets {
  readonly placed: PlacedBlock<StoredTile>;
  /** S, signed, word line by word line. */
  readonly net: Float32Array;
  /** Devices of the block that stay as they are. */
  readonly bad?: BadDevices;
}

/**
 * Programs the weights of a block of tiles. Commits the start, what was done (to its end or not), and the readouts right after it, each
 * as soon as it is known.
 */
export const programTile = (
  job: TileJob,
  targets: BlockTargets,
  onCells: (cells: number) => void,
): Promise<BlockProgramming> =>
  recordedBlock(job, targets, job.method.parameters, (chip, options, begin) => {
    begin();
    return job.method.program(chip, targets.placed.block, targets.net, { ...options, onCells });
  });

/** Late verification of a block; what it gives has the pulses and times of the programming before as well. */
export async function verifyTileLate(
  job: TileJob,
  targets: BlockTargets,
  before: BlockProgramming,
  ageSeconds: number,
): Promise<BlockProgramming> {
  const parameters = { ...job.method.parameters, verifiedAtSeconds: ageSeconds };
  const { placed, net } = targets;
  const late = await recordedBlock(job, targets, parameters, async (chip, options, begin) => {
    const hooks = { ...options.hooks, onReopened: begin };
    const done = await job.method.verifyLate(chip, placed.block, net, before, { ...options, hooks });
    // A block without a pulse keeps its age.
    return done.pulses.every((pulses) => pulses === 0) ? { ...done, ...timesOf(before) } : done;
  });
  return afterLate(before, late);
}

const timesOf = ({ startSeconds, endSeconds }: BlockProgramming) => ({ startSeconds, endSeconds });

/** Calls `begin` before the first pulse, with the states of bands that were programmed before. */
type BlockWork = (
  chip: Chip,
  options: MethodOptions,
  begin: (reopened?: ReadonlyMap<number, Uint8Array>) => void,
) => Promise<BlockProgramming>;

async function recordedBlock(
  job: TileJob,
  targets: BlockTargets,
  parameters: object,
  work: BlockWork,
): Promise<BlockProgramming> {
  const { store, chip } = job;
  const { placed } = targets;
  const bands = job.method.bands(placed.block, chip.descriptor);
  const { bootId } = job.board;
  const checkpoints = tileCheckpoints(store, placed, bands, { bootId, ledger: job.ledger });
  let starts: readonly NewProgramming["start"][] = [];
  const begin: Parameters<BlockWork>[2] = (reopened) => {
    starts = begunTogether(job, placed, checkpoints, reopened);
  };
  const entries = (done: BlockProgramming, complete: boolean): NewProgramming[] =>
    placed.tiles.map((_, part) => {
      const start = startAt(starts, part);
      return newProgramming(job, parameters, { ...targets, start, part, done, complete });
    });
  try {
    const watched = (one: Chip, options: MethodOptions) => work(one, options, begin);
    const done = withEarlier(await programmedForSure(job, checkpoints, targets, watched), checkpoints);
    const programmings = store.transaction(() => {
      const tile = tileOfBlock(placed);
      store.checkpoints.clear(tile);
      store.blockWear.keep(tile, wearOf(job.ledger, placed.block));
      return entries(done, true).map((entry) => store.programmings.add(entry));
    });
    for (const [part, programming] of programmings.entries())
      await keepReading(job, tileAt(placed, part), programming);
    return done;
  } catch (failure) {
    if (!(failure instanceof BlockUnfinished)) throw failure;
    const done = withEarlier(failure.programming, checkpoints);
    store.transaction(() => {
      for (const entry of entries(done, false)) store.programmings.add(entry);
    });
    throw failure.cause;
  }
}

/**
 * Records the start of all tiles of a block, with the states that it goes on from: a process that finds a part of them would begin the
 * rest of the block anew.
 */
function begunTogether(
  { store, run, context }: TileJob,
  { tiles }: PlacedBlock<StoredTile>,
  checkpoints: TileCheckpoints,
  reopened: ReadonlyMap<number, Uint8Array> | undefined,
): NewProgramming["start"][] {
  const wallSeconds = context.clock.wallSeconds();
  return store.transaction(() => {
    if (reopened !== undefined) checkpoints.keepAll(reopened);
    return tiles.map(({ id: tile }) => store.programmings.begin({ tile, run, wallSeconds }));
  });
}

function startAt(starts: readonly NewProgramming["start"][], part: number): NewProgramming["start"] {
  const start = starts[part];
  if (start === undefined) throw new RangeError(`part ${part} of the block was pulsed and not begun`);
  return start;
}

function tileAt({ tiles }: PlacedBlock<StoredTile>, part: number): StoredTile {
  const tile = tiles[part];
  if (tile === undefined) throw new RangeError(`the block has no part ${part}`);
  return tile;
}

/** What was done to the block since it was begun, in this process and in those before it. */
function withEarlier(done: BlockProgramming, { earlierPulses, span }: TileCheckpoints): BlockProgramming {
  const { startedSeconds = done.startSeconds, endedSeconds = done.endSeconds } = span();
  const pulses = done.pulses.map((own, cell) => own + earlierPulses[cell]!);
  return {
    ...done,
    pulses,
    startSeconds: startedSeconds,
    endSeconds: Math.max(startedSeconds, endedSeconds),
  };
}

/**
 * Programs the block and makes sure that the board did not restart meanwhile.
 * @throws BlockUnfinished; every device that was pulsed is unknown when the board restarted or cannot be asked.
 */
async function programmedForSure(
  { chip, board, calibration, context }: TileJob,
  { resume, restarted, hooks, watched }: TileCheckpoints,
  { placed, bad }: BlockTargets,
  work: (chip: Chip, options: MethodOptions) => Promise<BlockProgramming>,
): Promise<BlockProgramming> {
  const options = { calibration, signal: context.stop, hooks, resume, restarted, ...(bad && { bad }) };
  const done = await work(watched(chip), options);
  try {
    await assertSamePowerUp(board, `${regionText(tileAt(placed, 0).region)} was programmed`);
    return done;
  } catch (cause) {
    const outcomes = new Uint8Array(done.outcomes.length).fill(cellOutcomes.indexOf("unknown"));
    throw new BlockUnfinished({ ...done, outcomes }, cause);
  }
}

/** What became of one tile of a block. */
interface PartDone extends BlockTargets {
  readonly start: NewProgramming["start"];
  readonly part: number;
  readonly done: BlockProgramming;
  readonly complete: boolean;
}

function newProgramming(
  { board, method: { name } }: TileJob,
  parameters: object,
  { start, part, done, complete, placed: { block }, net }: PartDone,
): NewProgramming {
  return {
    start,
    complete,
    algorithm: { name, parameters },
    startedChipSeconds: done.startSeconds,
    endedChipSeconds: done.endSeconds,
    bootNote: bootNote(board.bootId),
    cells: {
      targetSiemens: ofPart(done.targets, block, part),
      outcomes: ofPart(done.outcomes, block, part),
      iterations: ofPart(done.iterations, block, part),
      pulses: ofPart(done.pulses, block, part),
      weightTargetSiemens: net,
    },
  };
}
