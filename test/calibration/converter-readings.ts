/** Readings of reference resistors by converters that are a formula: code = clamp(round(offset + gain x nominal code + noise)). */

import {
  type CalibrationParameters,
  calibrationParametersFor,
} from "../../calibration/converter/parameters.ts";
import type { ReferenceReading } from "../../calibration/converter/reference-points.ts";
import { type Descriptor, largestAdcCode, nominalSiemensPerCode } from "../../src/chip/descriptor.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { smallDescriptor } from "../chip/numerical-chip.ts";

export const rowSiemens = [0, 5e-6, 10e-6, 20e-6, 40e-6];

/** 256 codes for 51 µS: each reference is a whole number of nominal codes. */
export const referenced: Descriptor = {
  ...smallDescriptor,
  arrays: [
    { name: "A", rows: 16, columns: 16 },
    { name: "REF", rows: rowSiemens.length, columns: 16, referenceSiemens: rowSiemens },
  ],
  read: { ...smallDescriptor.read, adcBits: 8, fullScaleSiemens: 51e-6, maxAverages: 64 },
};

export interface FormulaConverter {
  readonly gain: number;
  readonly offsetCodes: number;
  readonly noiseCodes?: number;
  /** Added to the code of a reference, in codes. */
  readonly bend?: (reference: number, readVolts: number) => number;
}

export interface Formula {
  readonly converters: readonly FormulaConverter[];
  readonly seed?: number;
  /** Without it a sum is that of the exact codes, to the nearest whole. */
  readonly roundEach?: boolean;
  readonly parameters?: CalibrationParameters;
}

export const parameters = calibrationParametersFor(referenced);

/** All readings that a calibration takes. */
export function readingsBy({
  converters,
  seed = 1,
  roundEach = false,
  ...given
}: Formula): ReferenceReading[] {
  const prng = seededPrng(seed);
  const used = given.parameters ?? parameters;
  const region = { array: 1, row: 0, column: 0, rows: rowSiemens.length, columns: converters.length };
  const voltages = [
    ...Array.from({ length: used.repeats }, () => used.readVolts),
    ...used.otherVolts.flatMap((volts) => Array.from({ length: used.otherRepeats }, () => volts)),
  ];
  const clamp = (code: number): number => Math.min(largestAdcCode(referenced), Math.max(0, code));
  const sumOf = (converter: FormulaConverter, reference: number, readVolts: number): number => {
    const { gain, offsetCodes, noiseCodes = 0, bend = () => 0 } = converter;
    const nominal = rowSiemens[reference]! / nominalSiemensPerCode(referenced);
    const exact = offsetCodes + gain * nominal + bend(reference, readVolts);
    if (!roundEach && noiseCodes === 0) return Math.round(clamp(exact) * used.averages);
    const codes = Array.from({ length: used.averages }, () =>
      clamp(Math.round(exact + noiseCodes * prng.normal())),
    );
    return codes.reduce((sum, code) => sum + code, 0);
  };
  return voltages.map((readVolts) => ({
    region,
    rowSiemens,
    readVolts,
    averages: used.averages,
    codeSums: Uint16Array.from({ length: rowSiemens.length * converters.length }, (_, cell) =>
      sumOf(converters[cell % converters.length]!, Math.floor(cell / converters.length), readVolts),
    ),
  }));
}
