/** Programs a network: file, placement, chip, store, in this order, so that nothing is written before all are known to fit. */

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type MeltQuenchParameters, parametersFor } from "../../../calibration/program-verify/parameters.ts";
import { assertPossible } from "../../../calibration/program-verify/possible.ts";
import type { Chip } from "../../chip/chip.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { LabError, textOf } from "../../core/errors.ts";
import { microsiemens, parseQuantity } from "../../core/units.ts";
import { type Network, weightCount } from "../../network/layer.ts";
import { layerScale, tileTargets } from "../../network/mapping.ts";
import { type Placement, placeNetwork } from "../../network/placement.ts";
import { readNetwork } from "../../network/read.ts";
import type { NewNetwork } from "../../store/networks.ts";
import type { StoredTile } from "../../store/placement.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import type { LineRemarks } from "./line-remarks.ts";
import { type ProgramSummary, Tally, textOfSummary } from "./program-summary.ts";
import { programTile, type TileJob } from "./program-tile.ts";
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
      context.output.result({ ...summary, link: remarks.link() }, textOfSummary(summary));
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

type Job = Plan & TileJob;

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
    return programTiles({ ...plan, chip: link.chip, board: link.board, store, run, context }, tiles);
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

function assertReadable(gmaxSiemens: number, chip: Chip): void {
  const { fullScaleSiemens } = chip.descriptor.read;
  if (gmaxSiemens > 0 && gmaxSiemens <= fullScaleSiemens) return;
  const limit = microsiemens(fullScaleSiemens);
  throw new LabError("LIMIT", `--gmax is ${microsiemens(gmaxSiemens)} µS, the chip reads 0 to ${limit} µS`, {
    next: `choose a --gmax up to ${limit}uS`,
  });
}
