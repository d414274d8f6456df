/** Programs a network: file, placement, chip, store, in this order, so that nothing is written before all are known to fit. */

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { joshi2020 } from "../../../calibration/program-verify/parameters.ts";
import { programRegion, type RegionProgramming } from "../../../calibration/program-verify/program-region.ts";
import type { Chip } from "../../chip/chip.ts";
import { nominalCalibration } from "../../chip/readout.ts";
import { LabError, textOf } from "../../core/errors.ts";
import { microsiemens, parseQuantity } from "../../core/units.ts";
import { type Network, weightCount } from "../../network/layer.ts";
import { layerScale, tileTargets } from "../../network/mapping.ts";
import { type Placement, placeNetwork } from "../../network/placement.ts";
import { readNetwork } from "../../network/read.ts";
import type { StoredTile } from "../../store/placement.ts";
import { openStore, type Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { recorded } from "../provenance.ts";
import { bootNote } from "./boot-note.ts";
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
  const onnx = await readFile(args.network).catch((cause: unknown) => {
    throw new LabError("BAD_NETWORK", `${args.network} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "check the path",
    });
  });
  const network = readNetwork(onnx, { bias: args.bias });
  return withChip(args, context, async (chip, board) => {
    const placement = placeNetwork(network.layers, chip.descriptor);
    assertReadable(gmaxSiemens, chip);
    const store = openStore(args.store, { mode: "create" });
    try {
      const config = { gmaxSiemens, bias: args.bias, parameters: joshi2020, chip: args.chip };
      const summary = await recorded(
        store,
        context,
        { command: "program", seed: null, config },
        async (run) => {
          store.chips.attach(run, chip.descriptor);
          const stored = store.networks.put({
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
          const job = { chip, store, run, network, gmaxSiemens, bootNote: bootNote(board.bootId) };
          return programTiles(job, stored.tiles, placement, basename(args.network), context);
        },
      );
      context.output.result(summary, textOfSummary(summary));
      return summary;
    } finally {
      store.close();
    }
  });
}

interface Job {
  readonly chip: Chip;
  readonly store: Store;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly network: Network;
  readonly gmaxSiemens: number;
  readonly bootNote: string;
}

async function programTiles(
  job: Job,
  tiles: readonly StoredTile[],
  placement: Placement,
  name: string,
  context: Context,
): Promise<ProgramSummary> {
  const startSeconds = context.clock.monotonicSeconds();
  const progress = context.output.progress("programming", "devices", placement.usedDevices);
  const tally = new Tally();
  for (const tile of tiles) {
    const layer = job.network.layers[tile.layer];
    if (layer === undefined) throw new RangeError(`there is no layer ${tile.layer}`);
    const targets = tileTargets(layer, tile, job.gmaxSiemens);
    const done = await programRegion(job.chip, tile.region, targets, {
      parameters: joshi2020,
      calibration: nominalCalibration(job.chip.descriptor),
      signal: context.stop,
      onCells: (cells) => progress.advance(cells),
    });
    await keep(job, tile, targets, done, context);
    tally.add(targets, done);
  }
  progress.end();
  return {
    network: name,
    layers: job.network.layers.length,
    weights: weightCount(job.network.layers),
    devices: placement.usedDevices,
    ...tally.summary(),
    wallSeconds: context.clock.monotonicSeconds() - startSeconds,
  };
}

/** Stores the programming and the readout right after it, which is the reference of drift compensation. */
async function keep(
  job: Job,
  tile: StoredTile,
  targets: Float32Array,
  done: RegionProgramming,
  context: Context,
): Promise<void> {
  const { averages, readVolts } = joshi2020;
  const readout = await job.chip.read(tile.region, { averages, readVolts });
  job.store.transaction(() => {
    const programming = job.store.programmings.add({
      tile: tile.id,
      run: job.run,
      algorithm: { name: "melt-quench", parameters: joshi2020 },
      startedChipSeconds: done.startSeconds,
      endedChipSeconds: done.endSeconds,
      bootNote: job.bootNote,
      cells: {
        targetSiemens: targets,
        outcomes: done.outcomes,
        iterations: done.iterations,
        pulses: done.pulses,
      },
    });
    job.store.readouts.add({
      programming,
      run: job.run,
      requestedAgeSeconds: 0,
      wallSeconds: context.clock.wallSeconds(),
      calibration: nominalCalibration(job.chip.descriptor),
      readout,
    });
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
