/** How the converters are measured and what they must keep. Tolerances are our choice, unless a source is named. */

import type { Descriptor } from "../../src/chip/descriptor.ts";

export interface CalibrationParameters {
  /** Readings of every reference at the read voltage that counts, and conversions of each: noise and mean. */
  readonly repeats: number;
  readonly averages: number;
  /** The read voltage that counts: the largest, where the front end adds least noise. */
  readonly readVolts: number;
  /** Others that must give the same conductances, and readings of every reference at each. */
  readonly otherVolts: readonly number[];
  readonly otherRepeats: number;
  /** Standard deviation of the references about what the descriptor says, relative. */
  readonly referenceTolerance: number;
  /** Standard deviations that a deviation must exceed to count. With thousands of bit lines, four would be met by chance. */
  readonly significance: number;
  /** A converter with less than this part of the nominal gain is dead. */
  readonly smallestGain: number;
  /** Rms noise of one conversion beyond which a converter is noisy, codes. */
  readonly maxNoiseCodes: number;
  /** Relative difference of gain, and difference of offset in codes, between read voltages, beyond what noise allows. */
  readonly voltageGainLimit: number;
  readonly voltageOffsetCodes: number;
}

/** Assumed of references whose descriptor does not say it. */
const defaultReferenceTolerance = 1e-3;

/**
 * For a converter of 8 bits with 0.3 codes of noise and references of 0.1 %: 512 conversions leave 0.013 codes, a tenth of what the
 * mismatch of a reference is in the middle of the range, so that more would not make the gain better known.
 */
export function calibrationParametersFor({ arrays, read }: Descriptor): CalibrationParameters {
  const tolerances = arrays.flatMap(({ referenceSiemens, referenceTolerance }) =>
    referenceSiemens === undefined ? [] : [referenceTolerance ?? defaultReferenceTolerance],
  );
  // Tolerances are parts of the range: a finer converter has more codes of the same noise.
  const codesOf8Bits = Math.max(1, 2 ** (read.adcBits - 8));
  const others = [read.minVolts, (read.minVolts + read.maxVolts) / 2];
  return {
    repeats: 8,
    averages: Math.min(64, read.maxAverages),
    readVolts: read.maxVolts,
    otherVolts: [...new Set(others)].filter((volts) => volts < read.maxVolts),
    otherRepeats: 2,
    referenceTolerance: Math.max(0, ...tolerances),
    significance: 5,
    smallestGain: 0.1,
    maxNoiseCodes: 2 * codesOf8Bits,
    voltageGainLimit: 0.005,
    voltageOffsetCodes: 0.5 * codesOf8Bits,
  };
}
