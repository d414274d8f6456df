/**
 * Whether another read voltage gives the same conductances. The same resistors are read, so their tolerance cancels: the difference
 * of mean codes against conductance is a line of the difference in gain and in offset, uncertain by noise alone.
 */

import { meanCodeVariance } from "./fit-columns.ts";
import { fitLine } from "./line-fit.ts";
import type { ReferencePoints } from "./reference-points.ts";

/** Of one bit line, another voltage less the one that counts; undefined with fewer than two references to compare. */
export interface VoltageDifference {
  /** Relative to the nominal gain. */
  readonly gain: number;
  readonly offsetCodes: number;
  /** Standard errors. */
  readonly gainError: number;
  readonly offsetErrorCodes: number;
}

/** References and noise of one voltage. */
export interface VoltagePoints {
  readonly points: ReferencePoints;
  /** Of each bit line, one conversion. */
  readonly noiseCodes: Float64Array;
  /** References of each bit line that are inside the range. */
  readonly used: readonly (readonly number[])[];
}

/** @param main the voltage that counts. @returns one for each bit line. */
export function voltageDifferences(
  main: VoltagePoints,
  other: VoltagePoints,
  nominalSiemensPerCode: number,
): (VoltageDifference | undefined)[] {
  return main.used.map((used, column) => {
    const common = used.filter((reference) => other.used[column]?.includes(reference));
    const x = common.map((reference) => main.points.siemens[reference]! / nominalSiemensPerCode);
    const y = common.map((reference) => codesAt(other, reference, column) - codesAt(main, reference, column));
    const variance = varianceOf(main, column) + varianceOf(other, column);
    const line = fitLine(
      x,
      y,
      x.map(() => variance),
    );
    if (line === undefined) return undefined;
    const { slope, intercept, slopeError, interceptError } = line;
    return { gain: slope, offsetCodes: intercept, gainError: slopeError, offsetErrorCodes: interceptError };
  });
}

export interface VoltageLimits {
  readonly voltageGainLimit: number;
  readonly voltageOffsetCodes: number;
  readonly significance: number;
}

/** Beyond the limits by more than noise explains. */
export const voltagesDisagree = (
  { gain, offsetCodes, gainError, offsetErrorCodes }: VoltageDifference,
  { voltageGainLimit, voltageOffsetCodes, significance }: VoltageLimits,
): boolean =>
  Math.abs(gain) > voltageGainLimit + significance * gainError ||
  Math.abs(offsetCodes) > voltageOffsetCodes + significance * offsetErrorCodes;

const codesAt = ({ points }: VoltagePoints, reference: number, column: number): number =>
  points.meanCodes[reference * points.columns + column]!;

const varianceOf = ({ points, noiseCodes }: VoltagePoints, column: number): number =>
  meanCodeVariance(noiseCodes[column]!, points.conversions);
