/** Devices of a region by their conductances, whatever they stand for. */

import { countOutcomes } from "../../calibration/program-verify/band-ledger.ts";
import { parametersFor } from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { RegionUnfinished } from "../../calibration/program-verify/region-programming.ts";
import type { CellOutcome } from "../chip/outcome.ts";
import { conductances } from "../chip/readout.ts";
import { assertInside, cellCount, type Region, rowBands } from "../chip/region.ts";
import type { CallOptions } from "./call.ts";
import type { ConnectedChip } from "./connect.ts";

export interface ReadingOptions {
  /** Conversions of each device that are averaged; 5, or as many as the chip allows, when missing. */
  readonly averages?: number;
  /** 0.3 V, or the nearest that the chip allows, when missing. */
  readonly readVolts?: number;
}

export interface RegionReading {
  readonly region: Region;
  /** One for each device, row by row (S). */
  readonly siemens: Float32Array;
  /** Chip time of the middle of the reading (s). */
  readonly chipSeconds: number;
  readonly temperatureKelvin: number;
  /** Devices with a conversion at the end of the converter's range. */
  readonly saturatedDevices: number;
}

export interface RegionResult {
  readonly region: Region;
  /** One for each device, row by row: an index into `cellOutcomes`. */
  readonly outcomes: Uint8Array;
  /** All pulses of each device. */
  readonly pulses: Uint16Array;
  /** Devices by what became of them. */
  readonly counts: Readonly<Record<CellOutcome, number>>;
  /** Chip times before the first and after the last pulse (s). */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/**
 * Programs every device of a region to a conductance of its own by iterative melt-quench program-and-verify (Joshi et al. 2020). What
 * the devices held before is lost.
 * @param targetSiemens one for each device, row by row; 0 is the RESET state.
 * @throws TypeError when there is not one target for each device. @throws LabError LIMIT for a target that the converter cannot read;
 * INTERRUPTED, and the errors of the chip, after which the devices are in no known state.
 */
export async function programConductances(
  chip: ConnectedChip,
  region: Region,
  targetSiemens: Float32Array,
  { signal }: Pick<CallOptions, "signal"> = {},
): Promise<RegionResult> {
  const { calibration, descriptor } = chip;
  const parameters = parametersFor(descriptor);
  const options = { calibration, parameters, ...(signal && { signal }) };
  const { outcomes, pulses, startSeconds, endSeconds } = await programRegion(
    chip,
    region,
    targetSiemens,
    options,
  ).catch((failure: unknown) => {
    throw failure instanceof RegionUnfinished ? failure.cause : failure;
  });
  return { region, outcomes, pulses, counts: countOutcomes(outcomes), startSeconds, endSeconds };
}

/**
 * Reads the conductances of a region now, however large it is.
 * @throws LabError LIMIT for a region that is not on the chip, averages or volts outside its limits; the errors of the chip.
 */
export async function readConductances(
  chip: ConnectedChip,
  region: Region,
  options: ReadingOptions = {},
): Promise<RegionReading> {
  const { calibration, descriptor } = chip;
  assertInside(region, descriptor);
  const usual = parametersFor(descriptor);
  const { averages = usual.averages, readVolts = usual.readVolts } = options;
  const siemens = new Float32Array(cellCount(region));
  const times: number[] = [];
  let [saturatedDevices, temperatureKelvin] = [0, 0];
  for (const band of rowBands(region, descriptor.maxCellsPerRequest)) {
    const readout = await chip.read(band, { averages, readVolts });
    const read = conductances(readout.codeSums, averages, calibration, band);
    siemens.set(read, (band.row - region.row) * region.columns);
    times.push(readout.firstSampleSeconds, readout.lastSampleSeconds);
    saturatedDevices += readout.saturatedCells;
    temperatureKelvin = readout.temperatureKelvin;
  }
  const chipSeconds = (Math.min(...times) + Math.max(...times)) / 2;
  return { region, siemens, chipSeconds, temperatureKelvin, saturatedDevices };
}
