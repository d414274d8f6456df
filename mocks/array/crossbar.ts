/**
 * The emulated silicon: arrays of devices with their converters. It knows no protocol and no limits; refusing what the
 * descriptor forbids is the firmware's part. Cells are addressed serially, one word line and one bit line at a time
 * (Sebastian 2017, FACTS 1.1), so every conversion and every pulse has its own time.
 */

import { type Descriptor, largestDacCode, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { currentsFeature } from "../../src/chip/limits.ts";
import type { MvmRequest } from "../../src/chip/mvm.ts";
import { programFeature } from "../../src/chip/on-board.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import type { ReadOptions } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { changeTemperature, kelvinNow } from "../device/climate.ts";
import { createDevices, type Devices, fabricateStuck } from "../device/devices.ts";
import { ageOf, driftedSiemens } from "../device/drift.ts";
import { drawColumnErrors, drawDacAmperes } from "./column-errors.ts";
import { senseCurrents } from "./current-sense.ts";
import { type DeviceArrays, deviceArraysOf } from "./device-arrays.ts";
import { arrayOf, cellsOf, type Layout, layoutOf, numbersOf } from "./layout.ts";
import { createMvm, type MvmDone } from "./mvm/mvm.ts";
import type { ChipProfile } from "./profile.ts";
import { type PulsesDone, pulseCells } from "./pulse-cells.ts";
import { type RawReading, type Readable, readRegion } from "./read-region.ts";
import { resistorSiemens } from "./resistors.ts";

const emulatorFirmware = "pcmlab-emulator 1.0.0";

/** Regions outside the chip and trains of the wrong length are programmer errors: RangeError. */
export interface Crossbar {
  readonly descriptor: Descriptor;
  /** Conversion n starts at startSeconds + n * sampleSeconds, cell after cell, row by row; cells outside the mask take no time. */
  read(region: Region, options: ReadOptions, startSeconds: number): RawReading;
  /** Cell after cell, each with all its steps; cells without a pulse take no time. */
  pulse(region: Region, train: PulseTrain, startSeconds: number): PulsesDone;
  /** Of a chip that multiplies in its array: vector v starts at startSeconds + v * phases * phaseSeconds. */
  mvm?(request: MvmRequest, startSeconds: number): MvmDone;
  /** Of a board with a sense resistor: code after code, each `sampleSeconds` long. */
  measureCurrents?(codes: Uint16Array, startSeconds: number): { amperes: Float32Array; endSeconds: number };
  /** Temperature (K) now, and from a chip time on. */
  temperatureKelvin(): number;
  setTemperature(kelvin: number, atSeconds: number): void;
  /** The truth, in S, with drift and without noise, row by row. */
  conductances(region: Region, atSeconds: number): Float32Array;
  /** Pulses that each cell has felt since it was made, row by row. */
  pulseCounts(region: Region): Uint32Array;
  /** The live state of the devices, for saving and loading. */
  readonly deviceArrays: DeviceArrays;
}

/** A defect at a place that is known, beside those that the seed draws. */
export interface StuckPlace {
  readonly array: number;
  readonly row: number;
  readonly column: number;
  readonly state: "low" | "high";
}

/**
 * A chip fresh from the factory: every device crystalline, chip time 0. One (profile, seed) is one individual chip.
 * @param life tells it from another one that was made of the same profile and seed; in the descriptor when given.
 */
export function createCrossbar(
  profile: ChipProfile,
  seed: number,
  life?: string,
  stuck: readonly StuckPlace[] = [],
): Crossbar {
  const descriptor = descriptorOf(profile, seed, life);
  const layout = layoutOf(profile.arrays);
  const devices = createDevices(profile.device, layout.cells, seed);
  for (const { state, ...place } of stuck) {
    const [cell = 0] = cellsOf(layout, { ...place, rows: 1, columns: 1 });
    fabricateStuck(devices, cell, state === "low" ? "reset" : "set");
  }
  const columns = Math.max(...profile.arrays.map((array) => array.columns));
  const errors = drawColumnErrors(devices.mixedSeed, columns, profile.converter);
  const chip: Readable = { profile, descriptor, devices, errors };
  const mvm = profile.mvm && createMvm({ parameters: profile.mvm, devices, layout, errors });
  const { currentSense } = profile;
  const pulsePlan = {
    amperes: drawDacAmperes(
      devices.mixedSeed,
      largestDacCode(descriptor),
      nominalAmperesPerCode(descriptor),
      profile.converter,
    ),
    settleSeconds: profile.timing.pulseSettleSeconds,
  };
  return {
    descriptor,
    read: (region, options, startSeconds) => {
      const array = arrayOf(layout, region);
      if (array.referenceSiemens === undefined) mvm?.devicesChanged();
      return readRegion(chip, array, region, options, startSeconds);
    },
    pulse: (region, train, startSeconds) => {
      mvm?.devicesChanged();
      return pulseCells(devices, pulsePlan, train, cellsOf(layout, region), startSeconds);
    },
    ...(mvm && { mvm: mvm.multiply }),
    ...(currentSense && {
      measureCurrents: (codes: Uint16Array, startSeconds: number) =>
        senseCurrents(currentSense, pulsePlan.amperes, devices.mixedSeed, codes, startSeconds),
    }),
    temperatureKelvin: () => kelvinNow(devices.climate, profile.device.temperature.referenceKelvin),
    setTemperature: (kelvin, atSeconds) => changeTemperature(devices.climate, atSeconds, kelvin),
    conductances: (region, atSeconds) => trueSiemens(chip, layout, region, atSeconds),
    pulseCounts: (region) => pulseCounts(devices, layout, region),
    deviceArrays: deviceArraysOf(devices),
  };
}

/** What the chip of a profile and a seed says about itself. */
export function descriptorOf(profile: ChipProfile, seed: number, life?: string): Descriptor {
  const { model, manufacturer, arrays, read, program, envelope, maxCellsPerRequest, mvm } = profile;
  return {
    protocol: "1.0",
    manufacturer,
    model,
    serialNumber: `${profile.name.toUpperCase()}-${String(seed).padStart(6, "0")}`,
    ...(life !== undefined && { life }),
    firmware: emulatorFirmware,
    emulated: true,
    arrays,
    read,
    program,
    ...(envelope && { envelope }),
    ...(mvm && { mvm: mvm.ability }),
    maxCellsPerRequest,
    features: [
      "advance-time",
      "set-temperature",
      programFeature,
      ...(profile.currentSense ? [currentsFeature] : []),
    ],
  };
}

function trueSiemens(chip: Readable, layout: Layout, region: Region, atSeconds: number): Float32Array {
  const array = arrayOf(layout, region);
  const cells = numbersOf(array, region);
  if (array.referenceSiemens !== undefined) return Float32Array.from(resistorSiemens(chip, array, cells));
  return Float32Array.from(cells, (cell) =>
    driftedSiemens(chip.devices, cell, ageOf(chip.devices, cell, atSeconds)),
  );
}

function pulseCounts(devices: Devices, layout: Layout, region: Region): Uint32Array {
  if (arrayOf(layout, region).referenceSiemens !== undefined) return new Uint32Array(cellCount(region));
  return cellsOf(layout, region).map((cell) => devices.pulses[cell]!);
}
