/** Drift fits of an emulated chip beside the exponents that its devices have: what the intervals claim, and what is true. */

import { type DriftOptions, fitDrift } from "../../calibration/drift/fit-drift.ts";
import { publishedReadSeconds } from "../../calibration/drift/flicker-covariance.ts";
import type { DriftRead, DriftReadings } from "../../calibration/drift/readings.ts";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import type { ChipProfile } from "../../mocks/array/profile.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { nominalSiemensPerCode } from "../../src/chip/descriptor.ts";
import { conductances, nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import type { ProgrammedLevel } from "./lab.ts";
import { mean } from "./statistics.ts";

export interface DriftLab {
  readonly chip: RemoteChip;
  /** The exponents that the devices of a region of array 0 have had since their last pulse: the answer key, which no wire carries. */
  exponents(region: Region): Float32Array;
}

export async function openDriftLab(profile: ChipProfile, seed: number): Promise<DriftLab> {
  const crossbar = createCrossbar(profile, seed);
  const chip = await openRemoteChip(
    inProcessTransport(new Firmware(crossbar, 1).openLine()),
    new VirtualTimer(),
  );
  const nu = crossbar.deviceArrays.get("nu");
  const { columns } = chip.descriptor.arrays[0]!;
  return {
    chip,
    exponents: (region) =>
      Float32Array.from({ length: cellCount(region) }, (_, n) => {
        const row = region.row + Math.floor(n / region.columns);
        return nu![row * columns + region.column + (n % region.columns)]!;
      }),
  };
}

export const logSpacedAges = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1)));

/** Reads the devices of a level at each age (s) since its last pulse, by five conversions as the paper did. */
export async function readDrift(
  chip: RemoteChip,
  { region, endSeconds }: ProgrammedLevel,
  ages: readonly number[],
): Promise<DriftReadings> {
  const devices = cellCount(region);
  const siemens = new Float32Array(devices * ages.length);
  const reads: DriftRead[] = [];
  const { averages, readVolts } = joshi2020;
  const calibration = nominalCalibration(chip.descriptor);
  const { sampleSeconds } = chip.descriptor.read;
  for (const [r, age] of ages.entries()) {
    await chip.waitUntil(endSeconds + age);
    const readout = await chip.read(region, { averages, readVolts });
    siemens.set(conductances(readout.codeSums, averages, calibration, region), r * devices);
    reads.push({
      firstAgeSeconds: readout.firstSampleSeconds - endSeconds,
      ageStepSeconds: averages * sampleSeconds,
      averages,
      whiteSiemens: nominalSiemensPerCode(chip.descriptor) * Math.sqrt(1 / 12 / averages),
    });
  }
  return { devices, reads, siemens };
}

export interface DriftTruth {
  readonly level: number;
  readonly devices: number;
  /** Of the mean of the fitted exponents, against that of the true ones. */
  readonly meanErrorPercent: number;
  /** Share of the devices of which the 95 % interval holds the truth. */
  readonly coverage: number;
  /** Rms standard error of the exponent of a device. */
  readonly nuError: number;
}

export const driftOptions = ({ descriptor }: RemoteChip): DriftOptions => ({
  referenceSeconds: 25,
  shape: { readSeconds: publishedReadSeconds, conversionSeconds: descriptor.read.sampleSeconds },
});

/** Fits the converged devices of a level and compares them with the answer key. */
export function compareWithTruth(
  { chip, exponents }: DriftLab,
  { level, region, converged }: ProgrammedLevel,
  readings: DriftReadings,
): DriftTruth {
  const fits = fitDrift(readings, new Uint8Array(readings.devices), driftOptions(chip));
  const truth = exponents(region);
  let covered = 0;
  for (const device of converged) {
    const halfWidth = fits.factor[device]! * fits.nuError[device]!;
    if (Math.abs(fits.nu[device]! - truth[device]!) <= halfWidth) covered++;
  }
  const meanOf = (values: Float32Array): number => mean(Float64Array.from(converged, (d) => values[d]!));
  return {
    level,
    devices: converged.length,
    meanErrorPercent: 100 * (meanOf(fits.nu) / meanOf(truth) - 1),
    coverage: covered / converged.length,
    nuError: Math.sqrt(meanOf(fits.nuError.map((error) => error ** 2))),
  };
}
