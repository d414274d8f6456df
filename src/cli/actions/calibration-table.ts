/** What a calibration found, summed up over the bit lines, and how it is printed. */

import { columnStateMeanings, columnStates, success } from "../../../calibration/converter/column-state.ts";
import type { DacFit } from "../../../calibration/converter/dac.ts";
import type { VoltageAgreement } from "../../../calibration/converter/fit-converters.ts";
import type { ConverterMeasurement } from "../../../calibration/converter/measure.ts";
import { nominalSiemensPerCode } from "../../chip/descriptor.ts";
import type { StoredCalibration } from "../../store/calibrations.ts";

/** Over the bit lines that can be trusted; NaN becomes null in JSON when there is none. */
export interface Spread {
  readonly mean: number;
  readonly standardDeviation: number;
  readonly smallest: number;
  readonly largest: number;
}

export interface CalibrationSummary {
  readonly calibration: number;
  readonly serialNumber: string;
  readonly firmware: string;
  readonly measuredAt: string;
  readonly validUntil: string;
  readonly temperatureKelvin: number;
  readonly columns: number;
  readonly failedColumns: readonly { readonly column: number; readonly reason: string }[];
  /** Relative to the ideal converter. */
  readonly gain: Spread;
  /** Rms standard error of a gain, relative. */
  readonly gainError: number;
  readonly offsetCodes: Spread;
  readonly offsetErrorCodes: number;
  /** Linearity: largest distance of a reference from its line. */
  readonly worstResidual: { readonly codes: number; readonly column: number };
  /** Rms of one conversion. */
  readonly noiseFloorCodes: Spread;
  readonly voltages: readonly VoltageAgreement[];
  readonly dac: DacFit | null;
}

export function summaryOf(
  stored: StoredCalibration,
  { fits, dac, descriptor }: ConverterMeasurement,
): CalibrationSummary {
  const nominal = nominalSiemensPerCode(descriptor);
  const trusted = [...fits.states.keys()].filter((column) => fits.states[column] === success);
  const of = (values: Float64Array): number[] => trusted.map((column) => values[column]!);
  const residuals = of(fits.residualCodes);
  const worst = residuals.indexOf(Math.max(...residuals));
  return {
    calibration: stored.id,
    serialNumber: stored.chip.serialNumber,
    firmware: stored.chip.firmware,
    measuredAt: dateText(stored.wallSeconds),
    validUntil: dateText(stored.validUntilWallSeconds),
    temperatureKelvin: stored.temperatureKelvin,
    columns: fits.states.length,
    failedColumns: failuresOf(fits.states),
    gain: spreadOf(of(fits.siemensPerCode).map((siemens) => nominal / siemens)),
    gainError: rms(of(fits.gainErrors)),
    offsetCodes: spreadOf(of(fits.offsetCodes)),
    offsetErrorCodes: rms(of(fits.offsetErrorCodes)),
    worstResidual: { codes: residuals[worst] ?? 0, column: trusted[worst] ?? 0 },
    noiseFloorCodes: spreadOf(of(fits.noiseCodes)),
    voltages: fits.voltages,
    dac: dac?.fit ?? null,
  };
}

function failuresOf(states: Uint8Array): CalibrationSummary["failedColumns"] {
  return Array.from(states, (state, column) => ({ column, state }))
    .filter(({ state }) => state !== success)
    .map(({ column, state }) => ({ column, reason: columnStates[state] ?? `state ${state}` }));
}

export function calibrationTable(summary: CalibrationSummary): string {
  const { columns, failedColumns, gain, offsetCodes, worstResidual, noiseFloorCodes, voltages, dac } =
    summary;
  const trusted = columns - failedColumns.length;
  const head = `calibration ${summary.calibration} of ${summary.serialNumber} at ${summary.temperatureKelvin.toFixed(1)} K, valid until ${summary.validUntil}`;
  if (trusted === 0)
    return [head, `bit lines   ${columns}, none calibrated`, ...failureLines(summary)].join("\n");
  return [
    head,
    `bit lines   ${columns}, ${trusted} calibrated`,
    ...failureLines(summary),
    `gain        ${gain.mean.toFixed(4)} of nominal, spread ${percent(gain.standardDeviation)} (${gain.smallest.toFixed(3)} to ${gain.largest.toFixed(3)}), each known to ${percent(summary.gainError)}`,
    `offset      ${fixed(offsetCodes.mean)} codes, spread ${fixed(offsetCodes.standardDeviation)} (${fixed(offsetCodes.smallest)} to ${fixed(offsetCodes.largest)}), each known to ${fixed(summary.offsetErrorCodes)}`,
    `linearity   worst residual ${fixed(worstResidual.codes)} codes, bit line ${worstResidual.column}`,
    `noise       ${fixed(noiseFloorCodes.mean)} codes rms a conversion (${fixed(noiseFloorCodes.smallest)} to ${fixed(noiseFloorCodes.largest)})`,
    ...voltages.map(voltageLine),
    dac === null ? "DAC         not measured: the board cannot" : dacLine(dac),
  ].join("\n");
}

/** The bit lines of a reason that are named before the rest is counted. */
const namedColumns = 16;

function failureLines({ failedColumns }: CalibrationSummary): string[] {
  return columnStates.flatMap((state) => {
    const columns = failedColumns.filter(({ reason }) => reason === state).map(({ column }) => column);
    if (columns.length === 0) return [];
    const more = columns.length > namedColumns ? ` and ${columns.length - namedColumns} more` : "";
    const named = columns.slice(0, namedColumns).join(", ");
    return [`failed      ${state} (${columnStateMeanings[state]}): bit lines ${named}${more}`];
  });
}

const voltageLine = (agreement: VoltageAgreement): string =>
  `at ${fixed(agreement.readVolts)} V`.padEnd(12) +
  `gains agree to ${percent(agreement.rmsGainDifference)} rms, ${percent(agreement.worstGainDifference)} at worst; offsets to ${fixed(agreement.worstOffsetCodes)} codes`;

function dacLine(dac: DacFit): string {
  const nanoamperes = (dac.amperesPerCode * 1e9).toPrecision(5);
  const state =
    dac.faults.length === 0
      ? "in tolerance, and pulses correct for it"
      : `OUT OF TOLERANCE: ${dac.faults.join("; ")}`;
  return `DAC         ${nanoamperes} nA a code (${percent(dac.gainError)} from nominal), nonlinearity ${fixed(dac.nonlinearityCodes)} codes at code ${dac.worstCode}; ${state}`;
}

/** The table of `calibrate --list`. */
export function calibrationList(calibrations: readonly StoredCalibration[], nowSeconds: number): string {
  if (calibrations.length === 0) return "no calibrations";
  const rows = calibrations.map((calibration) => [
    String(calibration.id),
    dateText(calibration.wallSeconds),
    dateText(calibration.validUntilWallSeconds) +
      (nowSeconds > calibration.validUntilWallSeconds ? " (expired)" : ""),
    calibration.chip.serialNumber,
    calibration.chip.firmware,
    `${calibration.temperatureKelvin.toFixed(1)} K`,
    `${calibration.columns - calibration.failedColumns} of ${calibration.columns}`,
  ]);
  const table = [["id", "measured", "valid until", "chip", "firmware", "at", "bit lines"], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const smallest = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return { mean, standardDeviation: rms(values.map((value) => value - mean)), smallest, largest };
}

const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const fixed = (value: number): string => value.toFixed(2);
const dateText = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
