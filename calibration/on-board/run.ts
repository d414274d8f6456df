/** One run of the board: ordered, watched, and its result entered into the account. */

import type { Chip } from "../../src/chip/chip.ts";
import { type OnBoardResult, onBoardOf } from "../../src/chip/on-board.ts";
import { mayHaveBeenApplied } from "../../src/chip/pulse-fate.ts";
import type { Region } from "../../src/chip/region.ts";
import { countNonZero } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { codeOf } from "../program-verify/band-state.ts";
import type { DeviceAccount } from "./account.ts";
import { ended } from "./await-run.ts";
import { longestSeconds, mostPulses, type OrderContext, orderFor } from "./order.ts";
import type { OnBoardOptions } from "./program-on-board.ts";
import { encodeRecord } from "./record.ts";

export interface RunJob {
  readonly chip: Chip;
  /** Changed by every run. */
  readonly account: DeviceAccount;
  readonly context: OrderContext;
  readonly options: OnBoardOptions;
}

export interface Run {
  readonly region: Region;
  /** Device, in device order, of its first cell. */
  readonly first: number;
  /** One byte a cell; 0 leaves the cell alone. */
  readonly mask: Uint8Array;
}

/** What happened is in the account even when this throws. A run without cells is nothing to do. */
export async function perform(job: RunJob, run: Run, number: number): Promise<void> {
  const { account, options } = job;
  if (countNonZero(run.mask) > 0) {
    if (options.signal?.aborted) throw interrupted();
    const result = await ordered(job, run, number);
    enter(account, run, result);
    const finished = result.state === "finished";
    options.onRecord?.(encodeRecord({ account, run: finished ? number + 1 : number, operationId: 0 }));
    if (result.state === "aborted" && options.signal?.aborted) throw interrupted();
    if (!finished)
      throw new LabError("REFUSED", `the board ended the run by itself: ${result.state}`, {
        next: "`pcmlab identify` prints the limits of the board; its error queue says which one it was",
      });
  }
  options.onCells?.(run.mask.length);
}

const interrupted = (): LabError => new LabError("INTERRUPTED", "programming was stopped by the user");

async function ordered(job: RunJob, run: Run, number: number): Promise<OnBoardResult> {
  const { chip, account, context, options } = job;
  const { region, first, mask } = run;
  const targets = account.targets.subarray(first, first + mask.length);
  const order = orderFor(region, targets, mask, context);
  const record = (operationId: number): void =>
    options.onRecord?.(encodeRecord({ account, run: number, operationId }));
  let announced = options.onRecord === undefined;
  const starting = onBoardOf(chip).start(order, (id) => {
    record(id);
    announced = true;
  });
  const operationId = await starting.catch((failure: unknown) => {
    // What could not be written down was not sent; and the id of what was not applied may be given to the run of another program.
    if (announced && mayHaveBeenApplied(failure)) markUnknown(job, run);
    else if (announced) record(0);
    throw failure;
  });
  // From here on the board has begun: a refusal of what is asked about the run does not say that nothing was done.
  return resultOf(job, run, operationId).catch((failure: unknown) => {
    markUnknown(job, run);
    throw failure;
  });
}

/** The result of a run that may still be going on. */
export async function resultOf(
  { chip, context, options }: RunJob,
  { region, mask }: Run,
  operationId: number,
): Promise<OnBoardResult> {
  const { signal, onProgress, pollSeconds = 1 } = options;
  const longest = longestSeconds(mask.length, context);
  await ended(chip, operationId, { pollSeconds, longestSeconds: longest, signal, onProgress });
  return onBoardOf(chip).result(operationId, { region, mask });
}

/** The cells of the run only; pulses add up over the runs of a cell. */
export function enter(account: DeviceAccount, { first, mask }: Run, result: OnBoardResult): void {
  for (let cell = 0; cell < mask.length; cell++) {
    if (mask[cell] === 0) continue;
    account.outcomes[first + cell] = result.outcomes[cell]!;
    account.iterations[first + cell] = result.iterations[cell]!;
    account.pulses[first + cell]! += result.pulses[cell]!;
    account.codeSums[first + cell] = result.codeSums[cell]!;
  }
  account.span(result.startSeconds, result.endSeconds);
}

/** Nobody knows how far the board came: every cell may have had all the pulses that the order allowed. */
export function markUnknown({ account, context }: RunJob, { first, mask }: Run): void {
  for (let cell = 0; cell < mask.length; cell++) {
    if (mask[cell] === 0) continue;
    const most = mostPulses(account.targets[first + cell]!, context.parameters);
    account.outcomes[first + cell] = codeOf("unknown");
    account.pulses[first + cell]! += most;
    account.unknownPulses += most;
  }
}
