/** Programs a network: file, placement, chip, store, in this order, so that nothing is written before all are known to fit. */

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type MeltQuenchParameters, parametersFor } from "../../../calibration/program-verify/parameters.ts";
import { assertPossible } from "../../../calibration/program-verify/possible.ts";
import { programRegion } from "../../../calibration/program-verify/program-region.ts";
import {
  type RegionProgramming,
  RegionUnfinished,
} from "../../../calibration/program-verify/region-programming.ts";
import type { Chip } from "../../chip/chip.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { cellOutcomes } from "../../chip/outcome.ts";
import { nominalCalibration } from "../../chip/readout.ts";
import { cellCount, regionText } from "../../chip/region.ts";
import { LabError, textOf } from "../../core/errors.ts";
import { microsiemens, parseQuantity } from "../../core/units.ts";
import { type Network, weightCount } from "../../network/layer.ts";
import { layerScale, tileTargets } from "../../network/mapping.ts";
import { type Placement, placeNetwork } from "../../network/placement.ts";
import { readNetwork } from "../../network/read.ts";
import type { NewNetwork } from "../../store/networks.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { NewProgramming } from "../../store/programmings.ts";
import type { NewReadout } from "../../store/readouts.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import { bootNote } from "./boot-note.ts";
import type { LineRemarks } from "./line-remarks.ts";
import { type ProgramSummary, Tally, textOfSummary } from "./program-summary.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface ProgramArguments extends ChipArguments {
  readonly network: string;
  readonly store: string;
  readonly gmax: string;
  readonly bias: "array" | "digital";
}

export async function program(args: ProgramArguments, context: Context): Promise<ProgramSummary> {
  const gmaxSiemens = parseQuantity(args.gmax, "S");
  const onnx = await networkFile(args.network);
  const network = readNetwork(onnx, { bias: args.bias });
  return withChip(args, context, async (chip, board, remarks) => {
    const placement = placeNetwork(network.layers, chip.descriptor);
    const parameters = parametersFor(chip.descriptor);
    assertReadable(gmaxSiemens, chip);
    assertPossible(parameters, chip.descriptor);
    const plan = { args, onnx, network, placement, gmaxSiemens, parameters };
    const store = openStore(args.store, { mode: "create" });
    try {
      const summary = await programInto(store, plan, { chip, board, remarks }, context);
      context.output.result(summary, textOfSummary(summary));
      return summary;
    } finally {
      store.close();
    }
  });
}

/** All that is decided before the first pulse. */
interface Plan {
  readonly args: ProgramArguments;
  readonly onnx: Uint8Array;
  readonly network: Network;
  readonly placement: Placement;
  readonly gmaxSiemens: number;
  readonly parameters: MeltQuenchParameters;
}

interface Link {
  readonly chip: Chip;
  readonly board: OpenedChip;
  readonly remarks: LineRemarks;
}

interface Job extends Plan, Link {
  readonly store: Store;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly context: Context;
}

function networkFile(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new LabError("BAD_NETWORK", `${path} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "check the path",
    });
  });
}

function programInto(store: Store, plan: Plan, link: Link, context: Context): Promise<ProgramSummary> {
  const { gmaxSiemens, parameters, args } = plan;
  const config = { gmaxSiemens, bias: args.bias, parameters, chip: args.chip };
  return recorded(store, context, { command: "program", seed: null, config }, (run) => {
    link.remarks.keepIn(store, run);
    store.chips.attach(run, link.chip.descriptor);
    const { tiles } = store.networks.put(newNetwork(plan));
    return programTiles({ ...plan, ...link, store, run, context }, tiles);
  });
}

const newNetwork = ({ args, onnx, network, placement, gmaxSiemens }: Plan): NewNetwork => ({
  name: basename(args.network),
  onnx,
  gmaxSiemens,
  options: { bias: args.bias },
  layers: network.layers.map((layer, index) => ({
    index,
    name: layer.name,
    kind: layer.kind,
    rows: layer.rows,
    columns: layer.columns,
    siemensPerWeight: layerScale(layer.weights, gmaxSiemens),
    hasBiasRow: layer.biasInArray,
  })),
  tiles: placement.tiles,
});

async function programTiles(job: Job, tiles: readonly StoredTile[]): Promise<ProgramSummary> {
  const { network, placement, context } = job;
  const startSeconds = context.clock.monotonicSeconds();
  const progress = context.output.progress("programming", "devices", placement.usedDevices);
  const tally = new Tally(job.parameters.zeroSiemens);
  for (const tile of tiles) {
    // Before the start record: a tile that was not touched stays what it was.
    if (context.stop.aborted) throw new LabError("INTERRUPTED", "programming was stopped by the user");
    const targets = targetsOf(job, tile);
    tally.add(targets, await programTile(job, tile, targets, (cells) => progress.advance(cells)));
  }
  progress.end();
  return {
    network: basename(job.args.network),
    layers: network.layers.length,
    weights: weightCount(network.layers),
    devices: placement.usedDevices,
    ...tally.summary(),
    wallSeconds: context.clock.monotonicSeconds() - startSeconds,
  };
}

function targetsOf({ network, gmaxSiemens }: Plan, tile: StoredTile): Float32Array {
  const layer = network.layers[tile.layer];
  if (layer === undefined) throw new RangeError(`there is no layer ${tile.layer}`);
  return tileTargets(layer, tile, gmaxSiemens);
}

/** Commits the start, what was done (to its end or not), and the readout right after it, each as soon as it is known. */
async function programTile(
  job: Job,
  tile: StoredTile,
  targets: Float32Array,
  onCells: (cells: number) => void,
): Promise<RegionProgramming> {
  const { store, run, context } = job;
  const start = store.programmings.begin({
    tile: tile.id,
    run,
    wallSeconds: context.clock.wallSeconds(),
  });
  try {
    const done = await programmedForSure(job, tile, targets, onCells);
    const programming = store.programmings.add(newProgramming(job, start, targets, done, true));
    await keepReading(job, tile, programming);
    return done;
  } catch (failure) {
    if (!(failure instanceof RegionUnfinished)) throw failure;
    store.programmings.add(newProgramming(job, start, targets, failure.programming, false));
    throw failure.cause;
  }
}

/**
 * Programs the region and makes sure that the board did not restart meanwhile.
 * @throws RegionUnfinished; every cell that was pulsed is unknown when the board restarted or cannot be asked.
 */
async function programmedForSure(
  { chip, board, parameters, context }: Job,
  { region }: StoredTile,
  targets: Float32Array,
  onCells: (cells: number) => void,
): Promise<RegionProgramming> {
  const calibration = nominalCalibration(chip.descriptor);
  const options = { parameters, calibration, signal: context.stop, onCells };
  const done = await programRegion(chip, region, targets, options);
  try {
    await assertSamePowerUp(board, `${regionText(region)} was programmed`);
    return done;
  } catch (cause) {
    const outcomes = new Uint8Array(cellCount(region)).fill(cellOutcomes.indexOf("unknown"));
    throw new RegionUnfinished({ ...done, outcomes }, cause);
  }
}

/** A board may lose its power for a moment without closing the port: the link looks well, and its clock begins anew. */
async function assertSamePowerUp(board: OpenedChip, doing: string): Promise<void> {
  if ((await board.currentBootId()) === board.bootId) return;
  throw new LabError("BOARD_RESTARTED", `${board.resource}: the board restarted while ${doing}`, {
    next: "check its power supply and cable, then program the network again: the chip's clock began anew",
  });
}

function newProgramming(
  { board, parameters }: Job,
  start: NewProgramming["start"],
  targetSiemens: Float32Array,
  done: RegionProgramming,
  complete: boolean,
): NewProgramming {
  const { outcomes, iterations, pulses } = done;
  return {
    start,
    complete,
    algorithm: { name: "melt-quench", parameters },
    startedChipSeconds: done.startSeconds,
    endedChipSeconds: done.endSeconds,
    bootNote: bootNote(board.bootId),
    cells: { targetSiemens, outcomes, iterations, pulses },
  };
}

/** Stores the readout right after programming, which is the reference of drift compensation. */
async function keepReading(
  { chip, board, parameters, store, run, context }: Job,
  { region }: StoredTile,
  programming: NewReadout["programming"],
): Promise<void> {
  const { averages, readVolts } = parameters;
  const readout = await chip.read(region, { averages, readVolts });
  await assertSamePowerUp(board, `${regionText(region)} was read`);
  store.readouts.add({
    programming,
    run,
    requestedAgeSeconds: 0,
    wallSeconds: context.clock.wallSeconds(),
    calibration: nominalCalibration(chip.descriptor),
    readout,
  });
}

function assertReadable(gmaxSiemens: number, chip: Chip): void {
  const { fullScaleSiemens } = chip.descriptor.read;
  if (gmaxSiemens > 0 && gmaxSiemens <= fullScaleSiemens) return;
  const limit = microsiemens(fullScaleSiemens);
  throw new LabError("LIMIT", `--gmax is ${microsiemens(gmaxSiemens)} µS, the chip reads 0 to ${limit} µS`, {
    next: `choose a --gmax up to ${limit}uS`,
  });
}
