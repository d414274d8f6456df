/**
 * Programs the weights of a block by letting the board do it, and gives the same account of it as the algorithms that run on the host:
 * round trips cost nothing then, and a late verification may follow.
 */

import type { Chip } from "../../src/chip/chip.ts";
import { type OnBoardProgress, onBoardOf } from "../../src/chip/on-board.ts";
import type { ConverterCalibration } from "../../src/chip/readout.ts";
import { cellCount, rowBands } from "../../src/chip/region.ts";
import { deviceCountOf, type WeightBlock } from "../../src/chip/weight-block.ts";
import { LabError } from "../../src/core/errors.ts";
import { type BlockProgramming, BlockUnfinished } from "../program-verify/block-programming.ts";
import { devicePlaces } from "../program-verify/device-order.ts";
import type { MeltQuenchParameters } from "../program-verify/parameters.ts";
import { assertConsistent } from "../program-verify/parameters.ts";
import { assertPossible } from "../program-verify/possible.ts";
import { deviceTargets } from "../program-verify/split.ts";
import { blockAccount, newAccount } from "./account.ts";
import type { OrderContext } from "./order.ts";
import { decodeRecord, type OnBoardRecord } from "./record.ts";
import { perform, type Run, type RunJob } from "./run.ts";
import { settled, withoutGood } from "./settle.ts";

export interface OnBoardOptions {
  readonly parameters: MeltQuenchParameters;
  readonly calibration: ConverterCalibration;
  /** One byte a device, in device order: what is not 0 gets no pulse and is `skipped`. */
  readonly knownBad?: Uint8Array;
  /** Chip time between two questions for the progress (s); 1 unless given. */
  readonly pollSeconds?: number;
  readonly onProgress?: (progress: OnBoardProgress) => void;
  /** Called with the number of devices that were finished since the last call. */
  readonly onCells?: (cells: number) => void;
  /** Ends the run that is under way after its present round; no further one is begun. */
  readonly signal?: AbortSignal;
  /** The bytes of `encodeRecord` before every order and after every result: from them another process goes on. */
  readonly onRecord?: (record: Uint8Array) => void;
  /** What `onRecord` was given last by a process that did not come to the end. */
  readonly resume?: ResumedRecord;
}

export interface ResumedRecord {
  readonly record: Uint8Array;
  /** Whether the board has started anew since: it knows nothing of a run then, and its clock counts from another time. */
  readonly restarted: boolean;
}

/**
 * With `resume` the board is asked for the run that was under way, and its result counts. Where the board does not know it, or it was
 * ended early, the cells that it left open are read: those within the margins have converged, and a further run programs the others.
 * @param targets S, signed, one for each weight of the block, row by row.
 * @throws BlockUnfinished with what was done and the cause (an error of the chip, LabError INTERRUPTED, or REFUSED for a run that the
 * board ended) when it was begun.
 * @throws LabError LIMIT for a board that does not program by itself, and for what it does not allow; USAGE for parameters that
 * contradict each other; BAD_DATA for a record of another block. No pulse was sent then.
 */
export async function programBlockOnBoard(
  chip: Chip,
  block: WeightBlock,
  targets: Float32Array,
  options: OnBoardOptions,
): Promise<BlockProgramming> {
  const { parameters, calibration, knownBad = new Uint8Array(deviceCountOf(block)) } = options;
  const { descriptor } = chip;
  assertBoardCan(chip, parameters);
  const aims = deviceTargets({ block, targets, knownBad, descriptor }, devicePlaces(block), parameters);
  assertReadable(aims, descriptor.read.fullScaleSiemens);
  const record = recordFor(aims, options.resume);
  const { account } = record;
  const beforeSeconds = await chip.now();
  const context: OrderContext = { parameters, calibration, descriptor };
  try {
    await performAll({ chip, account, context, options }, runsOf(block, knownBad, context), record);
  } catch (failure) {
    throw new BlockUnfinished(blockAccount(block, account, context, beforeSeconds), failure);
  }
  return blockAccount(block, account, context, beforeSeconds);
}

/** @throws LabError LIMIT for a board that does not program by itself or not in this way, USAGE for parameters that contradict each other. */
export function assertBoardCan(
  chip: Pick<Chip, "descriptor" | "onBoard">,
  parameters: MeltQuenchParameters,
): void {
  onBoardOf(chip);
  assertConsistent(parameters);
  assertPossible(parameters, chip.descriptor);
}

function recordFor(targets: Float32Array, resume: OnBoardOptions["resume"]): OnBoardRecord {
  if (resume === undefined) return { account: newAccount(targets), run: 0, operationId: 0 };
  const record = decodeRecord(resume.record, targets);
  const forgotten = { startSeconds: Number.POSITIVE_INFINITY, endSeconds: 0 };
  return resume.restarted ? { ...record, account: { ...record.account, ...forgotten } } : record;
}

async function performAll(job: RunJob, runs: readonly Run[], record: OnBoardRecord): Promise<void> {
  const { resume, onCells } = job.options;
  for (const [number, run] of runs.entries()) {
    if (number < record.run) onCells?.(run.mask.length);
    else if (number > record.run || resume === undefined) await perform(job, run, number);
    else {
      const open = await settled(job, run, record, resume.restarted);
      await perform(job, await withoutGood(job, open), number);
    }
  }
}

/** One for each region that a request may hold. */
function runsOf(block: WeightBlock, knownBad: Uint8Array, { descriptor }: OrderContext): Run[] {
  return block.parts.flatMap(({ region }, part) => {
    const partFirst = deviceCountOf({ parts: block.parts.slice(0, part) });
    return rowBands(region, descriptor.maxCellsPerRequest).map((own): Run => {
      const first = partFirst + (own.row - region.row) * region.columns;
      const mask = knownBad.slice(first, first + cellCount(own)).map((flag) => (flag === 0 ? 1 : 0));
      return { region: own, first, mask };
    });
  });
}

function assertReadable(targets: Float32Array, fullScaleSiemens: number): void {
  const largest = Math.fround(fullScaleSiemens);
  const at = targets.findIndex((target) => !(target >= 0 && target <= largest));
  if (at < 0) return;
  throw new LabError(
    "LIMIT",
    `target ${targets[at]} S of device ${at}, the converter reads 0 to ${largest} S`,
    {
      next: "nothing was sent; choose a smaller --gmax or check the weights",
    },
  );
}
