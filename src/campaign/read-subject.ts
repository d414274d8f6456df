/** Reads one subject of a campaign on the chip; nothing is pulsed. */

import { type ConverterMeasurement, measureConverters } from "../../calibration/converter/measure.ts";
import type { Chip } from "../chip/chip.ts";
import { largestInputCode, type MvmReadout, mvmAbility } from "../chip/mvm.ts";
import type { ReadOptions, Readout } from "../chip/readout.ts";
import { columnStripes, type Region, rowBands } from "../chip/region.ts";
import { mapBounded } from "../core/concurrency.ts";
import type { Matter } from "../store/campaign-rows.ts";
import { probeRequest } from "./probe-inputs.ts";

/** Chip times are of the first and the last conversion. */
export type Reading = { readonly firstSeconds: number; readonly lastSeconds: number } & (
  | { readonly kind: "readouts"; readonly readouts: readonly Readout[] }
  | { readonly kind: "probe"; readonly probe: MvmReadout }
  | { readonly kind: "calibration"; readonly measurement: ConverterMeasurement }
  | { readonly kind: "temperature"; readonly kelvin: number }
);

/** So that the board works on one band while the codes of the other travel. */
const bandsUnderWay = 2;

/** @throws LabError of the chip. */
export async function readSubject(chip: Chip, matter: Matter, options: ReadOptions): Promise<Reading> {
  switch (matter.kind) {
    case "tile":
    case "region":
      return readRegion(chip, matter.region, options);
    case "mvm": {
      const largest = largestInputCode(mvmAbility(chip.descriptor));
      const probe = await chip.mvm(probeRequest(matter.cells, matter.probe, largest));
      return { kind: "probe", probe, ...timesOf([probe]) };
    }
    case "calibration": {
      const measurement = await measureConverters(chip);
      return { kind: "calibration", measurement, ...timesOf([measurement]) };
    }
    case "temperature": {
      const kelvin = await chip.temperature();
      const seconds = await chip.now();
      return { kind: "temperature", kelvin, firstSeconds: seconds, lastSeconds: seconds };
    }
    default:
      return matter satisfies never;
  }
}

async function readRegion(chip: Chip, region: Region, options: ReadOptions): Promise<Reading> {
  const { maxCellsPerRequest } = chip.descriptor;
  const bands = columnStripes(region, maxCellsPerRequest).flatMap((stripe) =>
    rowBands(stripe, maxCellsPerRequest),
  );
  const readouts = await mapBounded(bands, bandsUnderWay, (band) => chip.read(band, options));
  return { kind: "readouts", readouts, ...timesOf(readouts) };
}

interface Timed {
  readonly firstSampleSeconds: number;
  readonly lastSampleSeconds: number;
}

const timesOf = (parts: readonly Timed[]) => ({
  firstSeconds: Math.min(...parts.map(({ firstSampleSeconds }) => firstSampleSeconds)),
  lastSeconds: Math.max(...parts.map(({ lastSampleSeconds }) => lastSampleSeconds)),
});

/** The temperatures (K) that a reading brings. */
export function temperaturesOf(reading: Reading): number[] {
  switch (reading.kind) {
    case "readouts":
      return reading.readouts.map(({ temperatureKelvin }) => temperatureKelvin);
    case "probe":
      return [reading.probe.temperatureKelvin];
    case "calibration":
      return [reading.measurement.temperatureKelvin];
    case "temperature":
      return [reading.kelvin];
    default:
      return reading satisfies never;
  }
}
