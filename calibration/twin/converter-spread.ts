/** How different the converters of the bit lines are, from a calibration of each. */

import { roundingVariance, singleRoundingVariance } from "../converter/quantisation.ts";
import { Moments } from "../drift/moments.ts";
import type { Estimate } from "./weighted-fit.ts";

/** One element for each bit line. */
export interface CalibratedColumns {
  /** 0 for a converter that was calibrated. */
  readonly states: Uint8Array;
  readonly siemensPerCode: Float64Array;
  readonly offsetCodes: Float64Array;
  /** Standard errors: of the gain relative to itself, and of the offset. */
  readonly gainErrors: Float64Array;
  readonly offsetErrorCodes: Float64Array;
  /** Rms noise of one conversion, rounding included. */
  readonly noiseCodes: Float64Array;
}

export interface ConverterSpread {
  readonly columns: number;
  /** Mean relative gain, and mean offset (codes): what a calibration takes away, and an emulated chip does not have. */
  readonly gainMean: Estimate;
  readonly offsetMeanCodes: Estimate;
  /** Standard deviations from bit line to bit line, without what the errors of the calibration add. */
  readonly gainSpread: Estimate;
  readonly offsetSpreadCodes: Estimate;
  /** Rms noise of a conversion before it is rounded, codes. */
  readonly whiteNoiseCodes: Estimate;
}

const fewestColumns = 16;

/** Undefined for fewer than 16 calibrated bit lines. */
export function converterSpread(
  columns: CalibratedColumns,
  nominalSiemensPerCode: number,
): ConverterSpread | undefined {
  const good = Array.from(columns.states.keys()).filter((column) => columns.states[column] === 0);
  if (good.length < fewestColumns) return undefined;
  const [gain, gainError, offset, offsetError, noise] = Array.from({ length: 5 }, () => new Moments());
  for (const column of good) {
    const own = nominalSiemensPerCode / columns.siemensPerCode[column]!;
    gain!.add(own);
    gainError!.add((own * columns.gainErrors[column]!) ** 2);
    offset!.add(columns.offsetCodes[column]!);
    offsetError!.add(columns.offsetErrorCodes[column]! ** 2);
    noise!.add(columns.noiseCodes[column]! ** 2);
  }
  return {
    columns: good.length,
    gainMean: meanOf(gain!),
    offsetMeanCodes: meanOf(offset!),
    gainSpread: spreadOf(gain!, gainError!.mean),
    offsetSpreadCodes: spreadOf(offset!, offsetError!.mean),
    whiteNoiseCodes: beforeRounding(meanOf(noise!)),
  };
}

const meanOf = ({ mean, variance, count }: Moments): Estimate => ({
  value: mean,
  error: Math.sqrt(variance / count),
});

function spreadOf({ variance, count }: Moments, errorVariance: number): Estimate {
  const spread = Math.sqrt(Math.max(0, variance - errorVariance));
  const varianceError = variance * Math.sqrt(2 / (count - 1));
  return { value: spread, error: varianceError / (2 * Math.max(spread, Math.sqrt(varianceError) / 2)) };
}

const rounds = 40;

/**
 * The scatter of conversions of one value is that of the noise and of its rounding, less what of the rounding is the same for all of
 * them, which depends on the noise: a fixed point, by steps of half the way.
 */
function beforeRounding(variance: Estimate): Estimate {
  let square = Math.max(0, variance.value - singleRoundingVariance);
  for (let round = 0; round < rounds; round++) {
    const next = variance.value - singleRoundingVariance + roundingVariance(Math.sqrt(square));
    square = (square + Math.max(0, next)) / 2;
  }
  const noise = Math.sqrt(square);
  return { value: noise, error: variance.error / (2 * Math.max(noise, Math.sqrt(variance.error))) };
}
