/** What has become of the cells of a run that an earlier process ordered, found out before they get another pulse. */

import type { OnBoardResult } from "../../src/chip/on-board.ts";
import { conductances } from "../../src/chip/readout.ts";
import { countNonZero } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { codeOf } from "../program-verify/band-state.ts";
import { isZero } from "../program-verify/feedback.ts";
import type { MeltQuenchParameters } from "../program-verify/parameters.ts";
import { encodeRecord, type OnBoardRecord } from "./record.ts";
import { enter, markUnknown, type Run, type RunJob, resultOf } from "./run.ts";

const unknown = codeOf("unknown");
const untouched = codeOf("skipped");

/**
 * Asks the board for the run under way, or takes all its pulses for given where it cannot be asked.
 * @param restarted whether the board has begun anew since, and so knows no run.
 * @returns the run with the cells that it left open.
 */
export async function settled(
  job: RunJob,
  run: Run,
  { account, run: number, operationId }: OnBoardRecord,
  restarted: boolean,
): Promise<Run> {
  if (operationId > 0) {
    const ordered = openCells(job, run);
    const result = restarted ? undefined : await resultIfKnown(job, ordered, operationId);
    if (result === undefined) markUnknown(job, ordered);
    else enter(account, ordered, result);
    job.options.onRecord?.(encodeRecord({ account, run: number, operationId: 0 }));
  }
  return openCells(job, run);
}

const openCells = ({ account }: RunJob, run: Run): Run => ({
  ...run,
  mask: run.mask.map((flag, cell) => {
    const outcome = account.outcomes[run.first + cell];
    return flag !== 0 && (outcome === unknown || outcome === untouched) ? 1 : 0;
  }),
});

/** Undefined when the board knows another run, or none. */
async function resultIfKnown(
  job: RunJob,
  ordered: Run,
  operationId: number,
): Promise<OnBoardResult | undefined> {
  try {
    return await resultOf(job, ordered, operationId);
  } catch (failure) {
    if (failure instanceof LabError && failure.code === "REFUSED") return undefined;
    throw failure;
  }
}

/** Reads the cells of a run that were pulsed before, and leaves out those that are at their targets already. */
export async function withoutGood({ chip, account, context }: RunJob, run: Run): Promise<Run> {
  const { parameters, calibration } = context;
  const { averages, readVolts } = parameters;
  const pulsed = run.mask.map((flag, cell) =>
    flag !== 0 && account.outcomes[run.first + cell] === unknown ? 1 : 0,
  );
  if (countNonZero(pulsed) === 0) return run;
  const { codeSums } = await chip.read(run.region, { averages, readVolts, mask: pulsed });
  const readings = conductances(codeSums, averages, calibration, run.region);
  const mask = run.mask.slice();
  for (let cell = 0; cell < mask.length; cell++) {
    const device = run.first + cell;
    if (pulsed[cell] === 0 || !isMet(readings[cell]!, account.targets[device]!, parameters)) continue;
    mask[cell] = 0;
    account.outcomes[device] = codeOf("converged");
    account.codeSums[device] = codeSums[cell]!;
  }
  return { ...run, mask };
}

const isMet = (reading: number, target: number, parameters: MeltQuenchParameters): boolean =>
  isZero(target, parameters)
    ? reading <= parameters.zeroMarginSiemens
    : Math.abs(reading - target) <= parameters.marginSiemens;
