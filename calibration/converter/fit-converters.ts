/** From raw code sums of the reference resistors to a calibration of every bit line's converter, with its errors and its failures. */

import { type Descriptor, largestAdcCode, nominalSiemensPerCode } from "../../src/chip/descriptor.ts";
import { type ColumnState, columnStateCode } from "./column-state.ts";
import { type ColumnFit, fitColumns, noiseOfColumns } from "./fit-columns.ts";
import type { CalibrationParameters } from "./parameters.ts";
import { type ReferenceReading, referencePoints } from "./reference-points.ts";
import {
  type VoltageDifference,
  type VoltagePoints,
  voltageDifferences,
  voltagesDisagree,
} from "./voltage-check.ts";

/** One element for each bit line. Where `states` is no success the converter is not to be trusted, and may stand as nominal. */
export interface ConverterFits {
  readonly siemensPerCode: Float64Array;
  readonly offsetCodes: Float64Array;
  /** Standard errors: of the gain relative to itself, and of the offset. */
  readonly gainErrors: Float64Array;
  readonly offsetErrorCodes: Float64Array;
  /** Largest distance of a reference from the straight line. */
  readonly residualCodes: Float64Array;
  /** Rms noise of one conversion. NaN when no reference is inside the range. */
  readonly noiseCodes: Float64Array;
  /** Codes of `columnStates`. */
  readonly states: Uint8Array;
  readonly voltages: readonly VoltageAgreement[];
}

/** Another read voltage against the one that counts, over the bit lines that can be compared. */
export interface VoltageAgreement {
  readonly readVolts: number;
  readonly comparedColumns: number;
  readonly rmsGainDifference: number;
  readonly worstGainDifference: number;
  readonly worstOffsetCodes: number;
}

/** @param readings of all voltages; those of `parameters.readVolts` are what gain and offset are fitted to. */
export function fitConverters(
  readings: readonly ReferenceReading[],
  columns: number,
  descriptor: Descriptor,
  parameters: CalibrationParameters,
): ConverterFits {
  const conditions = {
    nominalSiemensPerCode: nominalSiemensPerCode(descriptor),
    largestCode: largestAdcCode(descriptor),
    referenceTolerance: parameters.referenceTolerance,
    significance: parameters.significance,
  };
  const atVoltage = (readVolts: number): VoltagePoints & { readonly fits: readonly ColumnFit[] } => {
    const own = readings.filter((reading) => reading.readVolts === readVolts);
    const points = referencePoints(own, columns);
    const noiseCodes = noiseOfColumns(points, conditions.largestCode);
    const fits = fitColumns(points, noiseCodes, conditions);
    return { points, noiseCodes, fits, used: fits.map(({ used }) => used) };
  };
  const main = atVoltage(parameters.readVolts);
  const differences = parameters.otherVolts.map((volts) =>
    voltageDifferences(main, atVoltage(volts), conditions.nominalSiemensPerCode),
  );
  const states = main.fits.map((fit, column) => {
    const own = differences.flatMap((columnsOf) => columnsOf[column] ?? []);
    return stateOf({ fit, column, voltage: main, differences: own }, conditions, parameters);
  });
  return {
    ...arraysOf(main.fits, conditions.nominalSiemensPerCode),
    noiseCodes: main.noiseCodes,
    states: Uint8Array.from(states, columnStateCode),
    voltages: parameters.otherVolts.map((volts, n) => agreementOf(volts, differences[n] ?? [])),
  };
}

interface Evidence {
  readonly fit: ColumnFit;
  readonly column: number;
  readonly voltage: VoltagePoints;
  readonly differences: readonly VoltageDifference[];
}

function stateOf(
  { fit, column, voltage, differences }: Evidence,
  conditions: { readonly nominalSiemensPerCode: number },
  parameters: CalibrationParameters,
): ColumnState {
  const { points, noiseCodes } = voltage;
  const seen = [...points.siemens.keys()].filter(
    (reference) => !Number.isNaN(points.meanCodes[reference * points.columns + column]!),
  );
  if (seen.length === 0) return "unreferenced";
  const codes = seen.map((reference) => points.meanCodes[reference * points.columns + column]!);
  const nominal = seen.map((reference) => points.siemens[reference]! / conditions.nominalSiemensPerCode);
  if (spanOf(codes) < parameters.smallestGain * spanOf(nominal)) return "dead";
  if (noiseCodes[column]! > parameters.maxNoiseCodes) return "noisy";
  if (fit.line === undefined) return "saturated";
  if (fit.line.slope < parameters.smallestGain) return "dead";
  if (fit.residualDeviations > parameters.significance) return "nonlinear";
  return differences.some((difference) => voltagesDisagree(difference, parameters))
    ? "voltage-dependent"
    : "calibrated";
}

const spanOf = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** A bit line without a line keeps the nominal converter, whose errors nobody knows. */
function arraysOf(fits: readonly ColumnFit[], nominal: number) {
  const each = (value: (fit: ColumnFit) => number): Float64Array => Float64Array.from(fits, value);
  const rising = ({ line }: ColumnFit) => (line !== undefined && line.slope > 0 ? line : undefined);
  return {
    siemensPerCode: each((fit) => nominal / (rising(fit)?.slope ?? 1)),
    offsetCodes: each((fit) => rising(fit)?.intercept ?? 0),
    gainErrors: each((fit) => (rising(fit)?.slopeError ?? Number.NaN) / (rising(fit)?.slope ?? 1)),
    offsetErrorCodes: each((fit) => rising(fit)?.interceptError ?? Number.NaN),
    residualCodes: each(({ residualCodes }) => residualCodes),
  };
}

function agreementOf(
  readVolts: number,
  differences: readonly (VoltageDifference | undefined)[],
): VoltageAgreement {
  const known = differences.filter((difference) => difference !== undefined);
  const largest = (values: readonly number[]): number =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const squares = known.reduce((sum, { gain }) => sum + gain * gain, 0);
  return {
    readVolts,
    comparedColumns: known.length,
    rmsGainDifference: Math.sqrt(squares / Math.max(1, known.length)),
    worstGainDifference: largest(known.map(({ gain }) => gain)),
    worstOffsetCodes: largest(known.map(({ offsetCodes }) => offsetCodes)),
  };
}
