/** Programs one tile and stores what became of it. */

import type { MeltQuenchParameters } from "../../../calibration/program-verify/parameters.ts";
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
import { LabError } from "../../core/errors.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { NewProgramming } from "../../store/programmings.ts";
import type { NewReadout } from "../../store/readouts.ts";
import type { Store } from "../../store/store.ts";
import type { Context } from "../context.ts";
import { bootNote } from "./boot-note.ts";

/** What is the same for all tiles of a network. */
export interface TileJob {
  readonly chip: Chip;
  readonly board: OpenedChip;
  readonly parameters: MeltQuenchParameters;
  readonly store: Store;
  readonly run: ReturnType<Store["runs"]["begin"]>;
  readonly context: Context;
}

/** Commits the start, what was done (to its end or not), and the readout right after it, each as soon as it is known. */
export async function programTile(
  job: TileJob,
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
  { chip, board, parameters, context }: TileJob,
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
  { board, parameters }: TileJob,
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
  { chip, board, parameters, store, run, context }: TileJob,
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
