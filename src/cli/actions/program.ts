/** Programs a network: file, placement, chip, store, in this order, so that nothing is written before all are known to fit. */

import { basename } from "node:path";
import { withCalibratedDac } from "../../../calibration/converter/calibrated-dac.ts";
import type { Network } from "../../network/layer.ts";
import { placedBlocks } from "../../network/weight-blocks.ts";
import type { NewNetwork } from "../../store/networks.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import { type CalibrationArguments, chooseBeforeStore } from "./choose-calibration.ts";
import {
  type AlgorithmArguments,
  type ChosenAlgorithm,
  chosenAlgorithm,
  plannedAlgorithm,
} from "./chosen-algorithm.ts";
import { givenNetwork } from "./given-network.ts";
import { limitsOf } from "./guarded-chip.ts";
import { type MappingArguments, type MappingPlan, planMapping, storedLayersOf } from "./mapping-plan.ts";
import { type ProgramSummary, textOfSummary } from "./program-summary.ts";
import { type NetworkJob, type ProgramLink, programTiles } from "./program-tiles.ts";
import { agreedToReprogram } from "./reprogramming.ts";
import { resumable } from "./unfinished.ts";
import { type PulsedChipArguments, withPulsedChip } from "./with-pulsed-chip.ts";

export interface ProgramArguments
  extends PulsedChipArguments,
    MappingArguments,
    CalibrationArguments,
    AlgorithmArguments {
  readonly network: string;
  /** Program again what is programmed, without asking. */
  readonly yes?: boolean | undefined;
}

export async function program(args: ProgramArguments, context: Context): Promise<ProgramSummary> {
  const given = await givenNetwork(args);
  return withPulsedChip(args, context, (chip, board, remarks, ledger) =>
    programOn({ chip, board, remarks, ledger }, { args, ...given }, context),
  );
}

/** @throws LabError DOES_NOT_FIT, LIMIT, STORE, STORE_CONTENT before the first pulse; the errors of the chip. */
export async function programOn(
  { chip: measured, board, remarks, ledger }: ProgramLink,
  { args, onnx, network }: Pick<Plan, "args" | "onnx" | "network">,
  context: Context,
): Promise<ProgramSummary> {
  const { converters: calibration, dac } = await chooseBeforeStore(args, measured, context);
  const chip = dac === undefined ? measured : withCalibratedDac(measured, dac);
  const mapped = await planMapping(args, network.layers, chip.descriptor, calibration);
  const limits = { gmaxSiemens: mapped.gmaxSiemens, devicesPerWeight: args.devices };
  const chosen = chosenAlgorithm(args, chip.descriptor, limits);
  const blocks = placedBlocks(mapped.placement.tiles).map(({ block }) => block);
  chosen.method.assertPossible(chip, blocks);
  const plan = { ...mapped, ...chosen, args, onnx, network, calibration };
  await agreedToReprogram(args, board.descriptor, context);
  const store = openStore(args.store, { mode: "create" });
  try {
    const summary = await programInto(store, plan, { chip, board, remarks, ledger }, context);
    context.output.result({ ...summary, link: remarks.link() }, textOfSummary(summary));
    return summary;
  } finally {
    store.close();
  }
}

/** All that is decided before the first pulse. */
interface Plan extends MappingPlan, ChosenAlgorithm {
  readonly args: ProgramArguments;
  readonly onnx: Uint8Array;
  readonly network: Network;
  readonly calibration: NetworkJob["calibration"];
}

function programInto(store: Store, plan: Plan, link: ProgramLink, context: Context): Promise<ProgramSummary> {
  const { gmaxSiemens, options, summary, args } = plan;
  const mapping = { ...options, ...summary, avoid: args.avoid ?? [] };
  const how = { ...plannedAlgorithm(plan), calibration: plan.calibration.name };
  const config = { gmaxSiemens, mapping, ...how, chip: args.chip };
  const facts = { command: "program", seed: null, config, link: () => link.remarks.link() };
  return recorded(store, context, facts, (run) => {
    link.remarks.keepIn(store, run);
    store.chips.attach(run, link.board.descriptor);
    const { tiles, name } = store.networks.put(newNetwork(plan));
    store.plans.begin({ run, ...planned(plan) });
    const { usedDevices } = plan.placement;
    return programTiles(
      { ...plan, ...link, name, usedDevices, mapping: summary, store, run, context },
      tiles,
    );
  }).catch((failure: unknown) => {
    throw resumable(failure, args);
  });
}

/** What a process that goes on with this run has to know. */
const planned = (plan: Plan) => ({
  ...plannedAlgorithm(plan),
  calibration: "id" in plan.calibration ? plan.calibration.id : null,
  limits: limitsOf(plan.args),
  marks: plan.marks,
});

const newNetwork = ({
  args,
  onnx,
  network,
  placement,
  gmaxSiemens,
  options,
  mappings,
}: Plan): NewNetwork => ({
  name: basename(args.network),
  onnx,
  gmaxSiemens,
  options,
  layers: storedLayersOf(network.layers, mappings),
  tiles: placement.tiles,
});
