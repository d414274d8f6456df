/** Measures the converters of a chip through the Chip port: reference resistors, temperature, and the currents of the DAC. */

import type { Chip } from "../../src/chip/chip.ts";
import { columnCount, type Descriptor, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { currentsFeature, largestAllowedDacCode, maxCurrentCodes } from "../../src/chip/limits.ts";
import { columnStripes, rowBands } from "../../src/chip/region.ts";
import { LabError } from "../../src/core/errors.ts";
import { type DacFit, fitDac } from "./dac.ts";
import { type ConverterFits, fitConverters } from "./fit-converters.ts";
import { type CalibrationParameters, calibrationParametersFor } from "./parameters.ts";
import type { ReferenceReading } from "./reference-points.ts";

export interface DacMeasurement {
  readonly codes: Uint16Array;
  /** One for each code. */
  readonly amperes: Float32Array;
}

export interface ConverterMeasurement {
  /** Of the chip that was measured. */
  readonly descriptor: Descriptor;
  readonly parameters: CalibrationParameters;
  /** Raw, so that they can be fitted again. */
  readonly readings: readonly ReferenceReading[];
  readonly fits: ConverterFits;
  /** Undefined for a board that cannot measure its currents. */
  readonly dac: (DacMeasurement & { readonly fit: DacFit }) | undefined;
  /** Chip times of the first and the last conversion of references. */
  readonly firstSampleSeconds: number;
  readonly lastSampleSeconds: number;
  /** Mean over the readings. */
  readonly temperatureKelvin: number;
}

export interface MeasureOptions {
  readonly parameters?: CalibrationParameters;
  /** Called after every reading. */
  readonly onReading?: () => void;
  readonly signal?: AbortSignal;
}

export const hasReferences = ({ descriptor }: Pick<Chip, "descriptor">): boolean =>
  descriptor.arrays.some(({ referenceSiemens }) => referenceSiemens !== undefined);

/** Readings that a measurement takes, for progress. */
export const readingsOf = (chip: Pick<Chip, "descriptor">): number =>
  plannedReadings(chip, calibrationParametersFor(chip.descriptor)).length;

/**
 * Nothing is pulsed.
 * @throws LabError LIMIT for a chip without reference resistors, INTERRUPTED when the signal says so, and the errors of the chip.
 */
export async function measureConverters(
  chip: Chip,
  options: MeasureOptions = {},
): Promise<ConverterMeasurement> {
  const { descriptor } = chip;
  if (!hasReferences(chip))
    throw new LabError("LIMIT", `${descriptor.model} ${descriptor.serialNumber} has no reference resistors`, {
      next: "use it with --converter-calibration nominal, which trusts the descriptor",
    });
  const parameters = options.parameters ?? calibrationParametersFor(descriptor);
  const readings: ReferenceReading[] = [];
  const times: number[] = [];
  const kelvin: number[] = [];
  for (const plan of plannedReadings(chip, parameters)) {
    assertGoingOn(options.signal);
    const { region, readVolts, averages } = plan;
    const readout = await chip.read(region, { averages, readVolts });
    readings.push({ ...plan, codeSums: readout.codeSums });
    times.push(readout.firstSampleSeconds, readout.lastSampleSeconds);
    kelvin.push(readout.temperatureKelvin);
    options.onReading?.();
  }
  return {
    descriptor,
    parameters,
    readings,
    fits: fitConverters(readings, columnCount(descriptor), descriptor, parameters),
    dac: await measureDac(chip, options.signal),
    firstSampleSeconds: Math.min(...times),
    lastSampleSeconds: Math.max(...times),
    temperatureKelvin: kelvin.reduce((sum, value) => sum + value, 0) / kelvin.length,
  };
}

/** Repeats are apart in time, with every other reference in between, so that they do not share slow noise. */
function plannedReadings(
  { descriptor }: Pick<Chip, "descriptor">,
  parameters: CalibrationParameters,
): Omit<ReferenceReading, "codeSums">[] {
  const bands = descriptor.arrays.flatMap(({ rows, columns, referenceSiemens }, array) => {
    if (referenceSiemens === undefined) return [];
    return columnStripes({ array, row: 0, column: 0, rows, columns }, descriptor.maxCellsPerRequest)
      .flatMap((stripe) => rowBands(stripe, descriptor.maxCellsPerRequest))
      .map((region) => ({
        region,
        rowSiemens: referenceSiemens.slice(region.row, region.row + region.rows),
      }));
  });
  const voltages = [
    { readVolts: parameters.readVolts, repeats: parameters.repeats },
    ...parameters.otherVolts.map((readVolts) => ({ readVolts, repeats: parameters.otherRepeats })),
  ];
  return voltages.flatMap(({ readVolts, repeats }) =>
    Array.from({ length: repeats }, () =>
      bands.map((band) => ({ ...band, readVolts, averages: parameters.averages })),
    ).flat(),
  );
}

async function measureDac(chip: Chip, signal: AbortSignal | undefined): Promise<ConverterMeasurement["dac"]> {
  const { descriptor } = chip;
  if (!descriptor.features.includes(currentsFeature)) return undefined;
  const codes = Uint16Array.from({ length: largestAllowedDacCode(descriptor) + 1 }, (_, code) => code);
  const amperes = new Float32Array(codes.length);
  for (let at = 0; at < codes.length; at += maxCurrentCodes) {
    assertGoingOn(signal);
    amperes.set(await chip.measureCurrents(codes.subarray(at, at + maxCurrentCodes)), at);
  }
  return { codes, amperes, fit: fitDac(codes, amperes, nominalAmperesPerCode(descriptor)) };
}

function assertGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new LabError("INTERRUPTED", "calibration was stopped by the user; nothing of it is kept");
}
