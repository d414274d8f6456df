/** Programs a region through the Chip port: bands of whole rows, two under way at a time so that host and board both work. */

import type { Chip } from "../../src/chip/chip.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { type ConverterCalibration, conductances } from "../../src/chip/readout.ts";
import { cellCount, type Region, regionText, rowBands } from "../../src/chip/region.ts";
import { allEnded, mapBounded } from "../../src/core/concurrency.ts";
import { LabError } from "../../src/core/errors.ts";
import { BandLedger, type BandProgramming } from "./band-ledger.ts";
import { feedbackTrains, initialState, preparationTrains, step, underWay } from "./melt-quench.ts";
import { assertConsistent, type MeltQuenchParameters } from "./parameters.ts";
import { assertPossible } from "./possible.ts";
import { type RegionProgramming, RegionUnfinished } from "./region-programming.ts";

export type { RegionProgramming };

/**
 * Cells of a band. Small bands are verified sooner after their pulse, so that less 1/f noise has come in between;
 * large ones spend fewer round trips.
 */
const bandCells = 2048;
const bandsUnderWay = 2;

export interface ProgramOptions {
  readonly parameters: MeltQuenchParameters;
  readonly calibration: ConverterCalibration;
  /** Called with the number of cells that were finished since the last call. */
  readonly onCells?: (cells: number) => void;
  /** Checked before every iteration: what is under way is acknowledged and verified, and nothing more is begun. */
  readonly signal?: AbortSignal;
}

/**
 * @param targets conductances in S, one for each cell of the region, row by row.
 * @throws RegionUnfinished with what was done and the cause (an error of the chip, or LabError INTERRUPTED) when it was begun.
 * @throws LabError LIMIT for targets that are not numbers, are negative or beyond the converter's range, and for parameters that
 * the chip cannot do; USAGE for parameters that contradict each other; the errors of the chip. No pulse was sent then.
 */
export async function programRegion(
  chip: Chip,
  region: Region,
  targets: Float32Array,
  options: ProgramOptions,
): Promise<RegionProgramming> {
  assertConsistent(options.parameters);
  assertPossible(options.parameters, chip.descriptor);
  assertTargets(chip, region, targets);
  const job: Job = { ...options, chip, failures: [] };
  const beforeSeconds = await chip.now();
  const bands = rowBands(region, Math.min(bandCells, chip.descriptor.maxCellsPerRequest));
  const parts = await mapBounded(bands, bandsUnderWay, async (band) => {
    const offset = (band.row - region.row) * region.columns;
    const part = await programBand(job, band, targets.subarray(offset, offset + cellCount(band)));
    return { offset, ...part };
  });
  const done = joined(region, parts, beforeSeconds);
  // An abort after the last pulse stops nothing.
  if (job.failures.length === 0 && parts.every((part) => part.finished)) return done;
  throw new RegionUnfinished(done, causeOf(job));
}

interface Job extends ProgramOptions {
  readonly chip: Chip;
  /** What went wrong in any band, oldest first; the first one stops all of them. */
  readonly failures: unknown[];
}

/** Never throws: what goes wrong is added to the job's failures, so that what was done is not lost. */
async function programBand(job: Job, band: Region, targets: Float32Array): Promise<BandProgramming> {
  const { parameters, chip } = job;
  const ledger = new BandLedger(cellCount(band));
  let state = initialState(cellCount(band), parameters);
  try {
    let trains: readonly PulseTrain[] = preparationTrains(targets, chip.descriptor, parameters);
    for (let active = cellCount(band); active > 0; ) {
      if (stopped(job)) break;
      const measured = await pulseAndVerify(job, band, ledger, trains, maskOf(state.outcomes));
      const next = step(state, measured, targets, chip.descriptor, parameters);
      state = next.state;
      active = next.active;
      trains = feedbackTrains(next, chip.descriptor, parameters);
    }
    if (!state.outcomes.includes(underWay)) job.onCells?.(cellCount(band));
  } catch (failure) {
    job.failures.push(failure);
  }
  return ledger.close(state);
}

/**
 * Sends the pulses and the verifying read of the cells that are still under way back to back: one round trip.
 * Returns S for each cell of the band; only those of cells under way mean anything.
 */
async function pulseAndVerify(
  { chip, parameters, calibration }: Job,
  band: Region,
  ledger: BandLedger,
  trains: readonly PulseTrain[],
  mask: Uint8Array,
): Promise<Float32Array> {
  const { averages, readVolts } = parameters;
  const booked = trains.map((train) => ledger.book(train, chip.pulse(band, train)));
  const reading = chip.read(band, { averages, readVolts, mask });
  await allEnded([...booked, reading]);
  const { codeSums } = await reading;
  return conductances(codeSums, averages, calibration);
}

const maskOf = (outcomes: Uint8Array): Uint8Array => outcomes.map((code) => (code === underWay ? 1 : 0));

const stopped = ({ failures, signal }: Job): boolean => failures.length > 0 || signal?.aborted === true;

const causeOf = ({ failures }: Job): unknown =>
  failures.length > 0 ? failures[0] : new LabError("INTERRUPTED", "programming was stopped by the user");

/** @param beforeSeconds chip time before the first pulse, which stands for the times of pulses that were never acknowledged. */
function joined(
  region: Region,
  parts: readonly (BandProgramming & { offset: number })[],
  beforeSeconds: number,
): RegionProgramming {
  const outcomes = new Uint8Array(cellCount(region));
  const iterations = new Uint8Array(cellCount(region));
  const pulses = new Uint16Array(cellCount(region));
  for (const part of parts) {
    outcomes.set(part.outcomes, part.offset);
    iterations.set(part.iterations, part.offset);
    pulses.set(part.pulses, part.offset);
  }
  const first = Math.min(...parts.map((part) => part.startSeconds));
  const startSeconds = Number.isFinite(first) ? first : beforeSeconds;
  const endSeconds = Math.max(startSeconds, ...parts.map((part) => part.endSeconds));
  const unknownPulses = parts.reduce((sum, part) => sum + part.unknownPulses, 0);
  return { region, outcomes, iterations, pulses, unknownPulses, startSeconds, endSeconds };
}

function assertTargets(chip: Chip, region: Region, targets: Float32Array): void {
  if (targets.length !== cellCount(region)) {
    throw new TypeError(`${targets.length} targets for ${regionText(region)}`);
  }
  // Rounded as the targets are: the full scale itself is a target that can be read.
  const largest = Math.fround(chip.descriptor.read.fullScaleSiemens);
  const at = targets.findIndex((target) => !(target >= 0 && target <= largest));
  if (at < 0) return;
  const cell = `row ${region.row + Math.floor(at / region.columns)}, column ${region.column + (at % region.columns)}`;
  throw new LabError("LIMIT", `target ${targets[at]} S at ${cell}, the converter reads 0 to ${largest} S`, {
    next: "nothing was sent; choose a smaller --gmax or check the weights",
  });
}
