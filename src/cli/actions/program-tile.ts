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
import { LabError } from "../../core/errors.ts";
import type { PlacedBlock } from "../../network/weight-blocks.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { NewProgramming } from "../../store/programmings.ts";
import type { NewReadout } from "../../store/readouts.ts";
import type { Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { bootNote } from "./boot-note.ts";
import { checkpointTile, type TileCheckpoints, tileCheckpoints } from "./tile-checkpoints.ts";

/** What is the same for all tiles of a network. */
export interface TileJob {
  readonly chip: Chip;
  readonly board: OpenedChip;
  readonly method: ProgrammingMethod;
  /** Of the readout right after programming. */
  readonly reading: ReadOptions;
  readonly calibration: NewReadout["calibration"];
  readonly store: Store;
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
  recordedBlock(job, targets, job.method.parameters, (chip, options) =>
    job.method.program(chip, targets.placed.block, targets.net, { ...options, onCells }),
  );

/** Late verification of a block; what it gives has the pulses and times of the programming before as well. */
export async function verifyTileLate(
  job: TileJob,
  targets: BlockTargets,
  before: BlockProgramming,
  ageSeconds: number,
): Promise<BlockProgramming> {
  const parameters = { ...job.method.parameters, verifiedAtSeconds: ageSeconds };
  const late = await recordedBlock(job, targets, parameters, async (chip, options) => {
    const done = await job.method.verifyLate(chip, targets.placed.block, targets.net, before, options);
    // A block without a pulse keeps its age.
    return done.pulses.every((pulses) => pulses === 0) ? { ...done, ...timesOf(before) } : done;
  });
  return afterLate(before, late);
}

const timesOf = ({ startSeconds, endSeconds }: BlockProgramming) => ({ startSeconds, endSeconds });

async function recordedBlock(
  job: TileJob,
  targets: BlockTargets,
  parameters: object,
  work: (chip: Chip, options: MethodOptions) => Promise<BlockProgramming>,
): Promise<BlockProgramming> {
  const { store, run, context, chip, board } = job;
  const { placed } = targets;
  const wallSeconds = context.clock.wallSeconds();
  const starts = placed.tiles.map(({ id: tile }) => store.programmings.begin({ tile, run, wallSeconds }));
  const bands = job.method.bands(placed.block, chip.descriptor);
  const checkpoints = tileCheckpoints(store, placed, bands, board.bootId);
  const entries = (done: BlockProgramming, complete: boolean): NewProgramming[] =>
    starts.map((start, part) => newProgramming(job, parameters, { ...targets, start, part, done, complete }));
  try {
    const done = withEarlier(await programmedForSure(job, checkpoints, targets, work), checkpoints);
    const programmings = store.transaction(() => {
      store.checkpoints.clear(checkpointTile(placed));
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

/** A board may lose its power for a moment without closing the port: the link looks well, and its clock begins anew. */
async function assertSamePowerUp(board: OpenedChip, doing: string): Promise<void> {
  if ((await board.currentBootId()) === board.bootId) return;
  throw new LabError("BOARD_RESTARTED", `${board.resource}: the board restarted while ${doing}`, {
    next: "check its power supply and cable, then program the network again: the chip's clock began anew",
  });
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

/** Stores the readout right after programming, which is the reference of drift compensation. */
export async function keepReading(
  { chip, board, reading, calibration, store, run, context }: TileJob,
  { region }: StoredTile,
  programming: NewReadout["programming"],
): Promise<void> {
  const readout = await chip.read(region, reading);
  await assertSamePowerUp(board, `${regionText(region)} was read`);
  store.readouts.add({
    programming,
    run,
    requestedAgeSeconds: 0,
    wallSeconds: context.clock.wallSeconds(),
    calibration,
    readout,
  });
}
