/**
 * The emulated silicon: arrays of devices with their converters. It knows no protocol and no limits; refusing what the
 * descriptor forbids is the firmware's part. Cells are addressed serially, one word line and one bit line at a time
 * (Sebastian 2017, FACTS 1.1), so every conversion and every pulse has its own time.
 */

import { type Descriptor, largestAdcCode, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import type { ReadOptions } from "../../src/chip/readout.ts";
import type { Region } from "../../src/chip/region.ts";
import { countNonZero } from "../../src/core/bytes.ts";
import { createDevices, type Devices } from "../device/devices.ts";
import { ageOf, driftedSiemens } from "../device/drift.ts";
import { type DeviceArrays, deviceArraysOf } from "./device-arrays.ts";
import { cellsOf, layoutOf } from "./layout.ts";
import type { ChipProfile } from "./profile.ts";
import { type PulsesDone, pulseCells } from "./pulse-cells.ts";
import { createRun, firstHeldComponent, type ReadPlan, readCells } from "./read-cells.ts";

export const emulatorFirmware = "pcmlab-emulator 1.0.0";

export interface RawReading {
  /** Sum of the codes of all averages, one for each cell that was read, row by row. */
  readonly codeSums: Uint16Array;
  /** Cells with at least one conversion at the largest code. */
  readonly saturatedCells: number;
  readonly endSeconds: number;
}

/** Regions outside the chip and trains of the wrong length are programmer errors: RangeError. */
export interface Crossbar {
  readonly descriptor: Descriptor;
  /** Conversion n starts at startSeconds + n * sampleSeconds, cell after cell, row by row; cells outside the mask take no time. */
  read(region: Region, options: ReadOptions, startSeconds: number): RawReading;
  /** Cell after cell, each with all its steps; cells without a pulse take no time. */
  pulse(region: Region, train: PulseTrain, startSeconds: number): PulsesDone;
  /** The truth, in S, with drift and without noise, row by row. */
  conductances(region: Region, atSeconds: number): Float32Array;
  /** Pulses that each cell has felt since it was made, row by row. */
  pulseCounts(region: Region): Uint32Array;
  /** The live state of the devices, for saving and loading. */
  readonly deviceArrays: DeviceArrays;
}

/** A chip fresh from the factory: every device crystalline, chip time 0. One (profile, seed) is one individual chip. */
export function createCrossbar(profile: ChipProfile, seed: number): Crossbar {
  const descriptor = describe(profile, seed);
  const layout = layoutOf(profile.arrays);
  const devices = createDevices(profile.device, layout.cells, seed);
  const pulsePlan = {
    amperesPerCode: nominalAmperesPerCode(descriptor),
    settleSeconds: profile.timing.pulseSettleSeconds,
  };
  return {
    descriptor,
    read: (region, options, startSeconds) =>
      readChosen(
        devices,
        planOf(profile, descriptor, options),
        chosenCells(cellsOf(layout, region), options.mask),
        startSeconds,
      ),
    pulse: (region, train, startSeconds) =>
      pulseCells(devices, pulsePlan, train, cellsOf(layout, region), startSeconds),
    conductances: (region, atSeconds) => trueSiemens(devices, cellsOf(layout, region), atSeconds),
    pulseCounts: (region) => cellsOf(layout, region).map((cell) => devices.pulses[cell] ?? 0),
    deviceArrays: deviceArraysOf(devices),
  };
}

function describe(profile: ChipProfile, seed: number): Descriptor {
  const { model, manufacturer, arrays, read, program, maxCellsPerRequest } = profile;
  return {
    protocol: "1.0",
    manufacturer,
    model,
    serialNumber: `${profile.name.toUpperCase()}-${String(seed).padStart(6, "0")}`,
    firmware: emulatorFirmware,
    emulated: true,
    arrays,
    read,
    program,
    maxCellsPerRequest,
    features: ["advance-time"],
  };
}

/** The converter's gain follows the read voltage, and amplifies the front end's own noise when the voltage is small. */
function planOf(profile: ChipProfile, descriptor: Descriptor, options: ReadOptions): ReadPlan {
  const { averages, readVolts } = options;
  const { sampleSeconds, fullScaleSiemens, maxVolts } = profile.read;
  const largestCode = largestAdcCode(descriptor);
  return {
    averages,
    sampleSeconds,
    codesPerSiemens: largestCode / fullScaleSiemens,
    largestCode,
    whiteNoiseCodes: (profile.converter.whiteNoiseCodes * maxVolts) / readVolts,
    heldFrom: firstHeldComponent((averages - 1) * sampleSeconds, profile.device.readNoise.readSeconds),
  };
}

/** Cells of one pass through the scratch space: enough to keep the passes busy, few enough to stay in the cache. */
const runCells = 1024;

function readChosen(devices: Devices, plan: ReadPlan, cells: Uint32Array, startSeconds: number): RawReading {
  const codeSums = new Uint16Array(cells.length);
  const run = createRun(Math.min(runCells, cells.length));
  const cellSeconds = plan.averages * plan.sampleSeconds;
  let saturatedCells = 0;
  for (let at = 0; at < cells.length; at += runCells) {
    const some = cells.subarray(at, at + runCells);
    const sums = codeSums.subarray(at, at + runCells);
    saturatedCells += readCells(devices, plan, some, startSeconds + at * cellSeconds, run, sums);
  }
  return { codeSums, saturatedCells, endSeconds: startSeconds + cells.length * cellSeconds };
}

function trueSiemens(devices: Devices, cells: Uint32Array, atSeconds: number): Float32Array {
  const siemens = new Float32Array(cells.length);
  for (let n = 0; n < cells.length; n++) {
    const age = ageOf(devices, cells[n]!, atSeconds);
    siemens[n] = driftedSiemens(devices, cells[n]!, age);
  }
  return siemens;
}

/** @throws RangeError for a mask of another length than the region has cells. */
function chosenCells(cells: Uint32Array, mask: Uint8Array | undefined): Uint32Array {
  if (mask === undefined) return cells;
  if (mask.length !== cells.length)
    throw new RangeError(`a mask of ${mask.length} entries for ${cells.length} cells`);
  const chosen = new Uint32Array(countNonZero(mask));
  let next = 0;
  for (let n = 0; n < mask.length; n++) if (mask[n] !== 0) chosen[next++] = cells[n]!;
  return chosen;
}
