/** Static errors of the converters: one ADC for each bit line, the same for every array of the chip, and one DAC. */

import { converterEvent } from "../device/events.ts";
import { drawOf, eventKey, normalOf } from "../device/keyed-normal.ts";

export interface ColumnErrors {
  /** Relative gain, 1 for an ideal converter. */
  readonly gain: Float32Array;
  /** Added to every conversion, ADC codes. */
  readonly offsetCodes: Float32Array;
}

interface ColumnErrorSpread {
  /** Standard deviation of the relative gain. */
  readonly gainSpread: number;
  /** Standard deviation of the offset, ADC codes. */
  readonly offsetSpreadCodes: number;
}

const draw = { gain: 1, offset: 2, dacGain: 3, dacStep: 4 } as const;

/** The converters of one individual chip. A gain below a tenth is a dead converter, which no profile asks for. */
export function drawColumnErrors(
  mixedSeed: number,
  columns: number,
  spread: ColumnErrorSpread,
): ColumnErrors {
  const normals = (which: number): Float64Array =>
    Float64Array.from({ length: columns }, (_, column) =>
      normalOf(drawOf(eventKey(mixedSeed, column, converterEvent), which)),
    );
  return {
    gain: Float32Array.from(normals(draw.gain), (z) => Math.max(0.1, 1 + spread.gainSpread * z)),
    offsetCodes: Float32Array.from(normals(draw.offset), (z) => spread.offsetSpreadCodes * z),
  };
}

interface DacErrorSpread {
  readonly dacGainSpread: number;
  /** In steps of the DAC. */
  readonly dacStepSpread: number;
}

/** The current (A) of each code, 0 to `largestCode`, of the DAC of one individual chip; code 0 is no current. */
export function drawDacAmperes(
  mixedSeed: number,
  largestCode: number,
  nominalAmperesPerCode: number,
  spread: DacErrorSpread,
): Float64Array {
  const normal = (code: number, which: number): number =>
    normalOf(drawOf(eventKey(mixedSeed, code, converterEvent), which));
  const step = nominalAmperesPerCode * Math.max(0.1, 1 + spread.dacGainSpread * normal(0, draw.dacGain));
  return Float64Array.from({ length: largestCode + 1 }, (_, code) =>
    code === 0 ? 0 : step * Math.max(0, code + spread.dacStepSpread * normal(code, draw.dacStep)),
  );
}
