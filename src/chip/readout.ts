/** Readings are raw ADC codes with their times; conductance is derived from them with a named calibration. */

import { columnCount, type Descriptor, nominalSiemensPerCode } from "./descriptor.ts";
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

/**
 * Affine model of the converters: conductance = (mean code - offsetCodes) * siemensPerCode, each bit line with a converter of its
 * own. The converter of bit line c is the same in every array, so the arrays below have one element for each bit line of the widest one.
 */
export interface ConverterCalibration {
  /** What conductances say they were derived with: "nominal", or which measured calibration. */
  readonly name: string;
  readonly siemensPerCode: Float64Array;
  readonly offsetCodes: Float64Array;
  /** 1 for a bit line whose converter can be trusted, 0 for one that failed its calibration. */
  readonly success: Uint8Array;
}

/** One model for all bit lines. */
export interface UniformConverter {
  readonly name: string;
  readonly siemensPerCode: number;
  readonly offsetCodes: number;
}

/** The same converter on every one of `columns` bit lines, all of them trusted. */
export const uniformCalibration = (
  { name, siemensPerCode, offsetCodes }: UniformConverter,
  columns: number,
): ConverterCalibration => ({
  name,
  siemensPerCode: new Float64Array(columns).fill(siemensPerCode),
  offsetCodes: new Float64Array(columns).fill(offsetCodes),
  success: new Uint8Array(columns).fill(1),
});

/** The calibration that trusts the descriptor. */
export const nominalCalibration = (descriptor: Descriptor): ConverterCalibration =>
  uniformCalibration(
    { name: "nominal", siemensPerCode: nominalSiemensPerCode(descriptor), offsetCodes: 0 },
    columnCount(descriptor),
  );

/**
 * Conductances in S of the cells of a region, row by row. Code 0 is the end of a converter's range: what a negative offset hides
 * below it counts as no conductance.
 * @throws RangeError when there is not one sum for each cell, or the calibration does not reach the region's bit lines.
 */
export function conductances(
  codeSums: Uint16Array,
  averages: number,
  { siemensPerCode, offsetCodes }: ConverterCalibration,
  { rows, columns, column }: Pick<Region, "rows" | "columns" | "column">,
): Float32Array {
  if (codeSums.length !== rows * columns || column + columns > siemensPerCode.length)
    throw new RangeError(
      `${codeSums.length} code sums and converters of ${siemensPerCode.length} bit lines for ${rows} x ${columns} cells from column ${column} on`,
    );
  // Plain loops: Float32Array.from with a function takes seven times as long, and this runs for every reading.
  const result = new Float32Array(codeSums.length);
  for (let first = 0; first < result.length; first += columns)
    for (let c = 0; c < columns; c++) {
      const sum = codeSums[first + c]!;
      const siemens = (sum / averages - offsetCodes[column + c]!) * siemensPerCode[column + c]!;
      result[first + c] = sum === 0 && siemens > 0 ? 0 : siemens;
    }
  return result;
}
