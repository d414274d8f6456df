/** An emulated chip behind the Chip port and the bytes of the protocol, and levels programmed on it as the paper did. */

import {
  joshi2020,
  type MeltQuenchParameters,
  parametersFor,
} from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { trueConductance } from "../../firmware-protocol/operation/true-conductance.ts";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import type { ChipProfile } from "../../mocks/array/profile.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { conductances, nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { gMaxSiemens as fusionGMaxSiemens, hermesIterations, hermesMarginSiemens } from "./published.ts";

export function openEmulator(profile: ChipProfile, seed: number): Promise<RemoteChip> {
  const firmware = new Firmware(createCrossbar(profile, seed), 1);
  return openRemoteChip(inProcessTransport(firmware.openLine()), new VirtualTimer());
}

/** The rows that one level is programmed on, as many as a strip needs for its devices. */
export function stripOf(chip: RemoteChip, index: number, rows: number): Region {
  const { columns } = chip.descriptor.arrays[0]!;
  return { array: 0, row: index * rows, column: 0, rows, columns };
}

export interface ProgrammedLevel {
  readonly level: number;
  readonly region: Region;
  /** Indices in the region of the cells that the loop declared converged. */
  readonly converged: Uint32Array;
  /** Chip time of the last pulse. */
  readonly endSeconds: number;
}

/** The loop of FACTS 8.2 on a HERMES core. Its gain is not published: 4.8 A/S creep up on no level and overshoot at none. */
export const hermesLoop = (chip: RemoteChip): MeltQuenchParameters => ({
  ...parametersFor(chip.descriptor),
  gainAmperesPerSiemens: 4.8,
  marginSiemens: hermesMarginSiemens,
  maxIterations: hermesIterations,
});

export interface LevelOptions {
  /** Conductance of level 1. */
  readonly gMaxSiemens: number;
  readonly parameters: MeltQuenchParameters;
}

/** Programs every cell of a region to one level, with the published parameters of Joshi 2020 (FACTS 1.2) unless others are given. */
export async function programLevel(
  chip: RemoteChip,
  region: Region,
  level: number,
  { gMaxSiemens, parameters }: LevelOptions = { gMaxSiemens: fusionGMaxSiemens, parameters: joshi2020 },
): Promise<ProgrammedLevel> {
  const targets = new Float32Array(cellCount(region)).fill(level * gMaxSiemens);
  const calibration = nominalCalibration(chip.descriptor);
  const { outcomes, endSeconds } = await programRegion(chip, region, targets, { parameters, calibration });
  const code = cellOutcomes.indexOf("converged");
  const converged = Uint32Array.from([...outcomes.keys()].filter((cell) => outcomes[cell] === code));
  return { level, region, converged, endSeconds };
}

/** Conductances (S) of the converged cells as read `ageSeconds` after the last pulse, by five conversions each as the paper did. */
export async function readAtAge(
  chip: RemoteChip,
  { region, converged, endSeconds }: ProgrammedLevel,
  ageSeconds: number,
): Promise<Float32Array> {
  await chip.waitUntil(endSeconds + ageSeconds);
  const { averages } = joshi2020;
  const readVolts = Math.min(joshi2020.readVolts, chip.descriptor.read.maxVolts);
  const { codeSums } = await chip.read(region, { averages, readVolts });
  const siemens = conductances(codeSums, averages, nominalCalibration(chip.descriptor), region);
  return converged.length === siemens.length ? siemens : chosen(siemens, converged);
}

/** Conductances (S) of the converged cells at the present chip time, without noise. */
export async function truth(chip: RemoteChip, { region, converged }: ProgrammedLevel): Promise<Float32Array> {
  const { siemens } = await chip.perform(trueConductance, { region });
  return chosen(siemens, converged);
}

const chosen = (values: Float32Array, cells: Uint32Array): Float32Array =>
  Float32Array.from(cells, (cell) => values[cell]!);
