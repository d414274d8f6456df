/** Goes on with a programming run that was stopped, failed or was killed, in a new process. */

import { withCalibratedDac } from "../../../calibration/converter/calibrated-dac.ts";
import { chipIdentity, type Descriptor } from "../../chip/descriptor.ts";
import { assertNotLocked } from "../../chip/lock.ts";
import { narrowingSchema } from "../../chip/narrowing.ts";
import { LabError } from "../../core/errors.ts";
import type { LayerMapping } from "../../network/mapping.ts";
import { marksSchema } from "../../network/marks.ts";
import { readNetwork } from "../../network/read.ts";
import { placedBlocks } from "../../network/weight-blocks.ts";
import type { StoredNetwork } from "../../store/networks.ts";
import type { StoredPlan } from "../../store/programming-plans.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import { asStored } from "./as-stored.ts";
import { assertUntouched } from "./block-wear.ts";
import { type CalibrationArguments, chooseCalibration } from "./choose-calibration.ts";
import { plannedAlgorithm, storedChoice } from "./chosen-algorithm.ts";
import { limitsOf, withGuardedChip } from "./guarded-chip.ts";
import { type ProgramSummary, textOfSummary } from "./program-summary.ts";
import { type ProgramLink, programTiles } from "./program-tiles.ts";
import { assertTrusted } from "./trusted-converters.ts";
import { campaignNext, resumable } from "./unfinished.ts";
import { withChip } from "./with-chip.ts";
import type { PulsedChipArguments } from "./with-pulsed-chip.ts";

/** The calibration is that of the run unless another one is named. */
export interface ResumeArguments extends PulsedChipArguments, CalibrationArguments {}

export async function resume(args: ResumeArguments, context: Context): Promise<ProgramSummary> {
  const store = openStore(args.store, { mode: "existing" });
  try {
    const plan = planOf(store);
    const guard = { ...args, limits: asStored(narrowingSchema, plan.limits, "limits", store) };
    return await withChip(args, context, async (_, board, remarks) => {
      // Before it gets a ledger: another chip is left as it is.
      assertSameChip(store, plan, board.descriptor);
      await assertNotLocked(board);
      return withGuardedChip(guard, board, context, ({ chip, ledger }) =>
        resumeOn({ chip, board, remarks, ledger }, store, args, context),
      );
    });
  } finally {
    store.close();
  }
}

/**
 * Tiles that are programmed to their end get no pulse; bands that were begun are read before they get another one.
 * @throws LabError STORE_CONTENT when there is nothing to go on with, the chip is another one, or this version does not
 * know how the run programs; LIMIT when the chip or the limits no longer allow it.
 */
export async function resumeOn(
  link: ProgramLink,
  store: Store,
  args: ResumeArguments,
  context: Context,
): Promise<ProgramSummary> {
  const plan = planOf(store);
  assertSameChip(store, plan, link.board.descriptor);
  assertUnfinished(store, plan);
  const choice = args.converterCalibration ?? plan.calibration ?? "nominal";
  const chosen = await chooseCalibration(
    { ...args, converterCalibration: choice },
    link.chip,
    store,
    context,
  );
  const { converters: calibration, dac } = chosen;
  const chip = dac === undefined ? link.chip : withCalibratedDac(link.chip, dac);
  const { descriptor } = chip;
  const stored = store.networks.get();
  const chosenAgain = storedChoice(plan, descriptor);
  const placed = placedBlocks(stored.tiles);
  chosenAgain.method.assertPossible(
    chip,
    placed.map(({ block }) => block),
  );
  const marks = asStored(marksSchema, plan.marks, "marks", store);
  assertTrusted(calibration, stored.tiles, marks, descriptor);
  assertUntouched(store, placed, link.ledger);
  const network = readNetwork(store.networks.onnx(stored.id), { bias: biasOf(stored) });
  const how = plannedAlgorithm(chosenAgain);
  const config = { resumes: plan.run, ...how, limits: limitsOf(args), chip: args.chip };
  const facts = { command: "resume", seed: null, config, link: () => link.remarks.link() };
  const summary = await recorded(store, context, facts, (run) => {
    link.remarks.keepIn(store, run);
    store.chips.attach(run, link.board.descriptor);
    store.plans.limit(plan.run, { ...plan.limits, ...limitsOf(args) });
    const usedDevices = stored.tiles.reduce((sum, { region }) => sum + region.rows * region.columns, 0);
    const mappings = mappingsOf(stored);
    const { name, tiles } = stored;
    const fixed = { ...chosenAgain, name, network, mappings, usedDevices, calibration, marks };
    const programmed = store.programmings.current().filter((tile) => tile.run >= plan.run);
    return programTiles({ ...link, chip, ...fixed, store, run, context }, tiles, programmed);
  }).catch((failure: unknown) => {
    throw resumable(failure, args);
  });
  context.output.result({ ...summary, link: link.remarks.link() }, textOfSummary(summary));
  return summary;
}

function planOf(store: Store): StoredPlan {
  const plan = store.plans.latest();
  if (plan !== undefined) return plan;
  throw new LabError("STORE_CONTENT", `${store.path} holds no programming run that could be resumed`, {
    next: campaignNext(store) ?? "program the network: pcmlab program NETWORK.onnx --chip PORT --store FILE",
  });
}

/** @throws LabError STORE_CONTENT when the run, or one that resumed it, has come to its end. */
function assertUnfinished(store: Store, plan: StoredPlan): void {
  const last = store.runs.list().findLast(({ id, command }) => id === plan.run || command === "resume");
  if (last?.outcome !== "completed") return;
  throw new LabError("STORE_CONTENT", `the programming run of ${store.path} was finished`, {
    next: campaignNext(store) ?? "read the network: pcmlab read --chip PORT --store FILE --at 25s",
  });
}

/** Devices of another chip, or of one that began anew under the same serial number, hold nothing of what the run did. */
function assertSameChip(store: Store, plan: StoredPlan, descriptor: Descriptor): void {
  const pulsed = store.chips.of(plan.run)?.descriptor;
  if (pulsed !== undefined && chipIdentity(pulsed) === chipIdentity(descriptor)) return;
  const named = pulsed === undefined ? "no chip that is known" : chipIdentity(pulsed);
  throw new LabError("STORE_CONTENT", `the run programmed ${named}; this is ${chipIdentity(descriptor)}`, {
    next: "connect the chip of the run; or program this one anew, with `pcmlab program` and a store of its own",
  });
}

const devicesOf = ({ options }: StoredNetwork): 2 | 4 => (options.devices === 4 ? 4 : 2);

const biasOf = ({ options }: StoredNetwork): "array" | "digital" =>
  options.bias === "digital" ? "digital" : "array";

const mappingsOf = (stored: StoredNetwork): LayerMapping[] =>
  stored.layers.map(({ siemensPerWeight, clipping }) => ({
    gmaxSiemens: stored.gmaxSiemens,
    devicesPerWeight: devicesOf(stored),
    siemensPerWeight,
    clipping,
  }));
