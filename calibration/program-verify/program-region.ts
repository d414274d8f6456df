/** Programs a region through the Chip port: bands of whole rows, two under way at a time so that host and board both work. */

import type { Chip } from "../../src/chip/chip.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { type ConverterCalibration, conductances } from "../../src/chip/readout.ts";
import { cellCount, type Region, regionText, rowBands } from "../../src/chip/region.ts";
import { mapBounded } from "../../src/core/concurrency.ts";
import { LabError } from "../../src/core/errors.ts";
import { BandLedger, type BandProgramming } from "./band-ledger.ts";
import { feedbackTrains, initialState, preparationTrains, step, underWay } from "./melt-quench.ts";
import { assertConsistent, type MeltQuenchParameters } from "./parameters.ts";

/**
 * Cells of a band. Small bands are verified sooner after their pulse, so that less 1/f noise has come in between;
 * large ones spend fewer round trips.
 */
const bandCells = 2048;
const bandsUnderWay = 2;

export interface RegionProgramming {
  readonly region: Region;
  /** Codes of `cellOutcomes`, row by row. */
  readonly outcomes: Uint8Array;
  /** Feedback or RESET pulses after the preparation that each cell took. */
  readonly iterations: Uint8Array;
  /** All pulses of each cell, preparation included. */
  readonly pulses: Uint16Array;
  /** Chip times before the first and after the last pulse. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export interface ProgramOptions {
  readonly parameters: MeltQuenchParameters;
  readonly calibration: ConverterCalibration;
  /** Called with the number of cells that were finished since the last call. */
  readonly onCells?: (cells: number) => void;
  /** Checked before every band. */
  readonly signal?: AbortSignal;
}

/**
 * @param targets conductances in S, one for each cell of the region, row by row.
 * @throws LabError LIMIT for targets that are not numbers, are negative or beyond the converter's range; the errors of the chip.
 */
export async function programRegion(
  chip: Chip,
  region: Region,
  targets: Float32Array,
  options: ProgramOptions,
): Promise<RegionProgramming> {
  assertConsistent(options.parameters);
  assertTargets(chip, region, targets);
  const bands = rowBands(region, bandCells);
  const parts = await mapBounded(bands, bandsUnderWay, async (band) => {
    if (options.signal?.aborted) throw new LabError("INTERRUPTED", "programming was stopped by the user");
    const offset = (band.row - region.row) * region.columns;
    const part = await programBand(chip, band, targets.subarray(offset, offset + cellCount(band)), options);
    options.onCells?.(cellCount(band));
    return { offset, ...part };
  });
  return joined(region, parts);
}

async function programBand(
  chip: Chip,
  band: Region,
  targets: Float32Array,
  { parameters, calibration }: ProgramOptions,
): Promise<BandProgramming> {
  const ledger = new BandLedger(cellCount(band));
  const verify = { chip, band, parameters, calibration, ledger };
  let state = initialState(cellCount(band), parameters);
  let trains: readonly PulseTrain[] = preparationTrains(targets, chip.descriptor, parameters);
  for (;;) {
    const measured = await pulseAndVerify(verify, trains, maskOf(state.outcomes));
    const next = step(state, measured, targets, chip.descriptor, parameters);
    state = next.state;
    if (next.active === 0) return ledger.close(state);
    trains = feedbackTrains(next, chip.descriptor, parameters);
  }
}

interface Verify {
  readonly chip: Chip;
  readonly band: Region;
  readonly parameters: MeltQuenchParameters;
  readonly calibration: ConverterCalibration;
  readonly ledger: BandLedger;
}

/**
 * Sends the pulses and the verifying read of the cells that are still under way back to back: one round trip.
 * Returns S for each cell of the band; only those of cells under way mean anything.
 */
async function pulseAndVerify(
  { chip, band, parameters, calibration, ledger }: Verify,
  trains: readonly PulseTrain[],
  mask: Uint8Array,
): Promise<Float32Array> {
  const { averages, readVolts } = parameters;
  const pulsed = trains.map((train) => chip.pulse(band, train));
  const reading = chip.read(band, { averages, readVolts, mask });
  const [readout, receipts] = await Promise.all([reading, Promise.all(pulsed)]);
  for (const [i, train] of trains.entries()) ledger.add(train, receipts[i]!);
  return conductances(readout.codeSums, readout.averages, calibration);
}

const maskOf = (outcomes: Uint8Array): Uint8Array => outcomes.map((code) => (code === underWay ? 1 : 0));

function joined(region: Region, parts: readonly (BandProgramming & { offset: number })[]): RegionProgramming {
  const outcomes = new Uint8Array(cellCount(region));
  const iterations = new Uint8Array(cellCount(region));
  const pulses = new Uint16Array(cellCount(region));
  for (const part of parts) {
    outcomes.set(part.outcomes, part.offset);
    iterations.set(part.iterations, part.offset);
    pulses.set(part.pulses, part.offset);
  }
  const startSeconds = Math.min(...parts.map((part) => part.startSeconds));
  const endSeconds = Math.max(...parts.map((part) => part.endSeconds));
  return { region, outcomes, iterations, pulses, startSeconds, endSeconds };
}

function assertTargets(chip: Chip, region: Region, targets: Float32Array): void {
  if (targets.length !== cellCount(region)) {
    throw new TypeError(`${targets.length} targets for ${regionText(region)}`);
  }
  const largest = chip.descriptor.read.fullScaleSiemens;
  const at = targets.findIndex((target) => !(target >= 0 && target <= largest));
  if (at < 0) return;
  const cell = `row ${region.row + Math.floor(at / region.columns)}, column ${region.column + (at % region.columns)}`;
  throw new LabError("LIMIT", `target ${targets[at]} S at ${cell}, the converter reads 0 to ${largest} S`, {
    next: "nothing was sent; choose a smaller --gmax or check the weights",
  });
}
