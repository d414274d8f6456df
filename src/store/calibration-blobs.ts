/** What a calibration holds for every bit line, and its raw readings, as BLOBs with one checksum. */

import { z } from "zod";
import type { Region } from "../chip/region.ts";
import { cellCount } from "../chip/region.ts";
import { assertChecksum, blobOf, checksum, float32From, float64From, uint8From, uint16From } from "./blob.ts";
import { blobColumn, countColumn, jsonColumn } from "./identity.ts";

/** One element for each bit line. */
export interface CalibrationColumns {
  /** 0 for a converter that can be trusted, else why not. */
  readonly states: Uint8Array;
  readonly siemensPerCode: Float64Array;
  readonly offsetCodes: Float64Array;
  /** Standard errors: of the gain relative to itself, and of the offset. NaN when not known. */
  readonly gainErrors: Float64Array;
  readonly offsetErrorCodes: Float64Array;
  /** Largest distance of a reference from the straight line. */
  readonly residualCodes: Float64Array;
  /** Rms noise of one conversion; NaN when not known. */
  readonly noiseCodes: Float64Array;
}

/** One reading of reference resistors. */
export interface CalibrationReading {
  readonly region: Region;
  /** Conductance of each row of the region (S). */
  readonly rowSiemens: readonly number[];
  readonly readVolts: number;
  readonly averages: number;
  readonly codeSums: Uint16Array;
}

export interface CalibrationData {
  readonly columns: CalibrationColumns;
  /** Measured current (A) of the DAC codes 0, 1, 2, ...; undefined when not measured. */
  readonly dacAmperes: Float32Array | undefined;
  readonly readings: readonly CalibrationReading[];
}

/** The values of the columns of `calibrations` that hold the data. @throws RangeError when the bit lines do not all have their values. */
export function calibrationBlobs({ columns, dacAmperes, readings }: CalibrationData) {
  const lengths = Object.values(columns).map(({ length }) => length);
  if (new Set(lengths).size !== 1) throw new RangeError(`columns of ${lengths.join(", ")} values`);
  const blobs = {
    states: blobOf(columns.states),
    siemensPerCode: blobOf(columns.siemensPerCode),
    offsetCodes: blobOf(columns.offsetCodes),
    gainErrors: blobOf(columns.gainErrors),
    offsetErrorCodes: blobOf(columns.offsetErrorCodes),
    residualCodes: blobOf(columns.residualCodes),
    noiseCodes: blobOf(columns.noiseCodes),
    dacAmperes: dacAmperes === undefined ? null : blobOf(dacAmperes),
    codeSums: blobOf(joined(readings.map(({ codeSums }) => codeSums))),
  };
  const plans = readings.map(({ codeSums: _, ...plan }) => plan);
  const present = Object.values(blobs).filter((blob) => blob !== null);
  return { ...blobs, readings: JSON.stringify({ plans }), crc32: checksum(...present) };
}

export const calibrationDataColumns = `states, siemens_per_code, offset_codes, gain_errors, offset_error_codes,
  residual_codes, noise_codes, dac_amperes, readings, code_sums, crc32`;

export const calibrationDataRow = z.object({
  states: blobColumn,
  siemens_per_code: blobColumn,
  offset_codes: blobColumn,
  gain_errors: blobColumn,
  offset_error_codes: blobColumn,
  residual_codes: blobColumn,
  noise_codes: blobColumn,
  dac_amperes: blobColumn.nullable(),
  readings: jsonColumn,
  code_sums: blobColumn,
  crc32: countColumn,
});

/** @param what names it in an error. @throws LabError STORE when the checksum does not fit. */
export function calibrationData(what: string, row: z.infer<typeof calibrationDataRow>): CalibrationData {
  const { readings, crc32, code_sums: codeSums, dac_amperes: dacAmperes, ...columns } = row;
  const { states, siemens_per_code, offset_codes, gain_errors, offset_error_codes } = columns;
  const floats = [siemens_per_code, offset_codes, gain_errors, offset_error_codes] as const;
  const { residual_codes, noise_codes } = columns;
  const dac = dacAmperes === null ? [] : [dacAmperes];
  assertChecksum(what, crc32, states, ...floats, residual_codes, noise_codes, ...dac, codeSums);
  return {
    columns: {
      states: uint8From(states),
      siemensPerCode: float64From(siemens_per_code),
      offsetCodes: float64From(offset_codes),
      gainErrors: float64From(gain_errors),
      offsetErrorCodes: float64From(offset_error_codes),
      residualCodes: float64From(residual_codes),
      noiseCodes: float64From(noise_codes),
    },
    dacAmperes: dacAmperes === null ? undefined : float32From(dacAmperes),
    readings: cut(uint16From(codeSums), plansSchema.parse(readings).plans),
  };
}

const plansSchema = z.object({
  plans: z.array(
    z.object({
      region: z.object({
        array: countColumn,
        row: countColumn,
        column: countColumn,
        rows: countColumn,
        columns: countColumn,
      }),
      rowSiemens: z.array(z.number()),
      readVolts: z.number(),
      averages: countColumn,
    }),
  ),
});

function cut(all: Uint16Array, plans: readonly Omit<CalibrationReading, "codeSums">[]): CalibrationReading[] {
  let at = 0;
  return plans.map((plan) => {
    const first = at;
    at += cellCount(plan.region);
    return { ...plan, codeSums: all.slice(first, at) };
  });
}

function joined(parts: readonly Uint16Array[]): Uint16Array {
  const whole = new Uint16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
