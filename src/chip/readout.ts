/** Readings are raw ADC codes with their times; conductance is derived from them with a named calibration. */

import { type Descriptor, nominalSiemensPerCode } from "./descriptor.ts";
import type { Region } from "./region.ts";

export interface ReadOptions {
  /** Conversions of each device that are added up, 1 to the descriptor's maxAverages. */
  readonly averages: number;
  readonly readVolts: number;
  /** One byte a cell, row by row: cells with 0 are not read, take no time, and have code 0. All are read without it. */
  readonly mask?: Uint8Array;
}

export interface Readout extends ReadOptions {
  readonly region: Region;
  /** Sum of the ADC codes of all averages, one for each cell, row by row. */
  readonly codeSums: Uint16Array;
  /** Chip times of the first and the last conversion; the cells that are read follow each other row by row in equal steps. */
  readonly firstSampleSeconds: number;
  readonly lastSampleSeconds: number;
  readonly temperatureKelvin: number;
  /** Cells with at least one conversion at the largest code. */
  readonly saturatedCells: number;
}

/** Affine converter model: conductance = (mean code - offsetCodes) * siemensPerCode. */
export interface ConverterCalibration {
  readonly name: string;
  readonly siemensPerCode: number;
  readonly offsetCodes: number;
}

/** The calibration that trusts the descriptor. */
export const nominalCalibration = (descriptor: Descriptor): ConverterCalibration => ({
  name: "nominal",
  siemensPerCode: nominalSiemensPerCode(descriptor),
  offsetCodes: 0,
});

/** Conductances in S, one for each cell, row by row. */
export function conductances(
  codeSums: Uint16Array,
  averages: number,
  calibration: ConverterCalibration,
): Float32Array {
  const scale = calibration.siemensPerCode / averages;
  const offset = calibration.offsetCodes * calibration.siemensPerCode;
  // A plain loop: Float32Array.from with a function takes seven times as long, and this runs for every reading.
  const result = new Float32Array(codeSums.length);
  for (let cell = 0; cell < codeSums.length; cell++) result[cell] = codeSums[cell]! * scale - offset;
  return result;
}
