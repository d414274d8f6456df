/**
 * Programs the weights of a block by letting the board do it, and gives the same account of it as the algorithms that run on the host:
 * round trips cost nothing then, and a late verification may follow.
 */

import type { Chip } from "../../src/chip/chip.ts";
import {
  type OnBoardOrder,
  type OnBoardProgress,
  type OnBoardResult,
  onBoardOf,
} from "../../src/chip/on-board.ts";
import { mayHaveBeenApplied } from "../../src/chip/pulse-fate.ts";
import type { ConverterCalibration } from "../../src/chip/readout.ts";
import { cellCount, rowBands } from "../../src/chip/region.ts";
import { deviceCountOf, type WeightBlock } from "../../src/chip/weight-block.ts";
import { LabError } from "../../src/core/errors.ts";
import { codeOf } from "../program-verify/band-state.ts";
import { type BlockProgramming, BlockUnfinished } from "../program-verify/block-programming.ts";
import { devicePlaces } from "../program-verify/device-order.ts";
import type { MeltQuenchParameters } from "../program-verify/parameters.ts";
import { assertConsistent } from "../program-verify/parameters.ts";
import { assertPossible } from "../program-verify/possible.ts";
import { deviceTargets } from "../program-verify/split.ts";
import { blockAccount, type DeviceAccount, newAccount } from "./account.ts";
import { ended } from "./await-run.ts";
import { longestSeconds, mostPulses, type OrderContext, orderFor } from "./order.ts";

export interface OnBoardOptions {
  readonly parameters: MeltQuenchParameters;
  readonly calibration: ConverterCalibration;
  /** One byte a device, in device order: what is not 0 gets no pulse and is `skipped`. */
  readonly knownBad?: Uint8Array;
  /** Chip time between two questions for the progress (s); 1 unless given. */
  readonly pollSeconds?: number;
  readonly onProgress?: (progress: OnBoardProgress) => void;
  /** Ends the run that is under way after its present round; no further one is begun. */
  readonly signal?: AbortSignal;
}

/**
 * @param targets S, signed, one for each weight of the block, row by row.
 * @throws BlockUnfinished with what was done and the cause (an error of the chip, LabError INTERRUPTED, or REFUSED for a run that the
 * board ended) when it was begun.
 * @throws LabError LIMIT for a board that does not program by itself, and for what it does not allow; USAGE for parameters that
 * contradict each other. No pulse was sent then.
 */
export async function programBlockOnBoard(
  chip: Chip,
  block: WeightBlock,
  targets: Float32Array,
  options: OnBoardOptions,
): Promise<BlockProgramming> {
  const { parameters, calibration, knownBad = new Uint8Array(deviceCountOf(block)) } = options;
  const { descriptor } = chip;
  onBoardOf(chip);
  assertConsistent(parameters);
  assertPossible(parameters, descriptor);
  const band = { block, targets, knownBad, descriptor };
  const account = newAccount(deviceTargets(band, devicePlaces(block), parameters));
  assertReadable(account.targets, descriptor.read.fullScaleSiemens);
  const beforeSeconds = await chip.now();
  const context: OrderContext = { parameters, calibration, descriptor };
  try {
    for (const run of runsOf(block, account, knownBad, context)) await perform(chip, run, account, options);
  } catch (failure) {
    throw new BlockUnfinished(blockAccount(block, account, context, beforeSeconds), failure);
  }
  return blockAccount(block, account, context, beforeSeconds);
}

interface Run {
  readonly order: OnBoardOrder;
  /** Device, in device order, of its first cell. */
  readonly first: number;
  readonly longestSeconds: number;
}

/** One for each region that a request may hold. */
function runsOf(
  block: WeightBlock,
  { targets }: DeviceAccount,
  knownBad: Uint8Array,
  context: OrderContext,
): Run[] {
  return block.parts.flatMap(({ region }, part) => {
    const partFirst = deviceCountOf({ ...block, parts: block.parts.slice(0, part) });
    return rowBands(region, context.descriptor.maxCellsPerRequest).map((own): Run => {
      const first = partFirst + (own.row - region.row) * region.columns;
      const until = first + cellCount(own);
      const order = orderFor(own, targets.subarray(first, until), knownBad.subarray(first, until), context);
      return { order, first, longestSeconds: longestSeconds(cellCount(own), context) };
    });
  });
}

/** What happened is in the account even when this throws. */
async function perform(chip: Chip, run: Run, account: DeviceAccount, options: OnBoardOptions): Promise<void> {
  const { signal, onProgress, pollSeconds = 1 } = options;
  const onBoard = onBoardOf(chip);
  if (signal?.aborted) throw interrupted();
  let result: OnBoardResult;
  try {
    const operationId = await onBoard.start(run.order);
    await ended(chip, operationId, { pollSeconds, longestSeconds: run.longestSeconds, signal, onProgress });
    result = await onBoard.result(operationId, run.order);
  } catch (failure) {
    if (mayHaveBeenApplied(failure)) markUnknown(account, run, options.parameters);
    throw failure;
  }
  enter(account, run, result);
  if (result.state === "aborted" && signal?.aborted) throw interrupted();
  if (result.state !== "finished")
    throw new LabError("REFUSED", `the board ended the run by itself: ${result.state}`, {
      next: "`pcmlab identify` prints the limits of the board; its error queue says which one it was",
    });
}

const interrupted = (): LabError => new LabError("INTERRUPTED", "programming was stopped by the user");

function enter(account: DeviceAccount, { first }: Run, result: OnBoardResult): void {
  account.outcomes.set(result.outcomes, first);
  account.iterations.set(result.iterations, first);
  account.pulses.set(result.pulses, first);
  account.codeSums.set(result.codeSums, first);
  account.span(result.startSeconds, result.endSeconds);
}

/** Nobody knows how far the board came: every cell may have had all the pulses that the order allowed. */
function markUnknown(account: DeviceAccount, { order, first }: Run, parameters: MeltQuenchParameters): void {
  for (let cell = 0; cell < order.mask.length; cell++) {
    if (order.mask[cell] === 0) continue;
    const most = mostPulses(account.targets[first + cell]!, parameters);
    account.outcomes[first + cell] = codeOf("unknown");
    account.pulses[first + cell] = most;
    account.unknownPulses += most;
  }
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
