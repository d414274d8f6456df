/** Programs the tiles of a network one after the other, those left out that the run it resumes has programmed. */

import type { Chip } from "../../chip/chip.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { regionText } from "../../chip/region.ts";
import { deviceCountOf } from "../../chip/weight-block.ts";
import { type Network, weightCount } from "../../network/layer.ts";
import { type LayerMapping, netTargets } from "../../network/mapping.ts";
import type { Mark } from "../../network/marks.ts";
import { type PlacedBlock, placedBlocks } from "../../network/weight-blocks.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { StoredProgramming } from "../../store/programmings.ts";
import { badDevices } from "./bad-devices.ts";
import type { CellWear } from "./block-wear.ts";
import { bootNote } from "./boot-note.ts";
import { keepReading } from "./keep-reading.ts";
import { assertGoingOn, type LateJob, LateWork } from "./late-work.ts";
import type { LineRemarks } from "./line-remarks.ts";
import { type MappingSummary, mappingOf } from "./mapping-plan.ts";
import { type ProgramSummary, Tally } from "./program-summary.ts";
import { programTile } from "./program-tile.ts";

export interface ProgramLink {
  readonly chip: Chip;
  readonly board: OpenedChip;
  readonly remarks: LineRemarks;
  /** Of the chip. */
  readonly ledger: CellWear;
}

export interface NetworkJob extends LateJob {
  /** Of the network. */
  readonly name: string;
  readonly network: Network;
  /** One a layer. */
  readonly mappings: readonly LayerMapping[];
  readonly usedDevices: number;
  readonly mapping?: MappingSummary;
  /** Targets of a device up to this are the zero level, S. */
  readonly zeroSiemens: number;
  /** Of devices and lines that stay as they are. */
  readonly marks: readonly Mark[];
}

/**
 * Between two blocks, and at the end, those whose time has come are verified late, or read.
 * @param programmed what was programmed to its end before; those tiles get no pulse and no late verification.
 * @throws LabError INTERRUPTED between two blocks or bands when the user stops it, and the errors of the chip and the store.
 */
export async function programTiles(
  job: NetworkJob,
  tiles: readonly StoredTile[],
  programmed: readonly StoredProgramming[] = [],
): Promise<ProgramSummary> {
  const { network, usedDevices, context, mapping } = job;
  const startSeconds = context.clock.monotonicSeconds();
  const progress = context.output.progress("programming", "devices", usedDevices);
  const late = new LateWork(job);
  const tally = new Tally(job.zeroSiemens);
  const read = new Set(job.store.readouts.atAge(0).map(({ tile }) => tile));
  for (const placed of placedBlocks(tiles)) {
    await late.doDue();
    // Before the start record: a tile that was not touched stays what it was.
    assertGoingOn(context);
    const before = placed.tiles.flatMap(({ id }) => programmed.filter(({ tile }) => tile === id));
    if (before.length < placed.tiles.length) {
      const bad = await badDevices(job, placed.block);
      const targets = { placed, net: targetsOf(job, placed), ...(bad && { bad }) };
      late.add(targets, await programTile(job, targets, (cells) => progress.advance(cells)));
      continue;
    }
    for (const [part, tile] of placed.tiles.entries()) {
      if (!read.has(tile.id)) await readLate(job, tile, before[part]!);
      await late.readMissing(tile, before[part]!);
      tally.add(asProgrammed(job, before[part]!));
    }
    progress.advance(deviceCountOf(placed.block));
  }
  for (const done of await late.doAll()) tally.add(done);
  progress.end();
  return {
    network: job.name,
    layers: network.layers.length,
    weights: weightCount(network.layers),
    devices: usedDevices,
    algorithm: job.method.name,
    calibration: job.calibration.name,
    ...(mapping !== undefined && { mapping }),
    ...tally.summary(),
    wallSeconds: context.clock.monotonicSeconds() - startSeconds,
  };
}

/** The process before was killed between the programming and its readout. Ages count from the programming in the same power-up alone. */
async function readLate(job: NetworkJob, tile: StoredTile, programming: StoredProgramming): Promise<void> {
  if (programming.bootNote === bootNote(job.board.bootId)) return keepReading(job, tile, programming.id);
  job.context.output.warn(
    `${regionText(tile.region)} has no readout of right after its programming: the board restarted since, and nobody knows its age`,
  );
}

function targetsOf({ network, mappings }: NetworkJob, placed: PlacedBlock): Float32Array {
  const layer = network.layers[placed.layer];
  if (layer === undefined) throw new RangeError(`there is no layer ${placed.layer}`);
  return netTargets(layer, placed, mappingOf(mappings, placed.layer));
}

function asProgrammed({ store }: NetworkJob, programming: StoredProgramming) {
  const { targetSiemens: targets, outcomes, pulses } = store.programmings.cells(programming.id);
  const { startedChipSeconds: startSeconds, endedChipSeconds: endSeconds } = programming;
  return { targets, outcomes, pulses, startSeconds, endSeconds };
}
