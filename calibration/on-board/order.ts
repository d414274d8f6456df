/** Melt-quench parameters in SI as an order to a board, which knows codes only: the calibration turns one into the other. */

import { type Descriptor, largestAdcCode, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { mostPulsesOf, type OnBoardOrder } from "../../src/chip/on-board.ts";
import type { ConverterCalibration } from "../../src/chip/readout.ts";
import { type Region, regionText } from "../../src/chip/region.ts";
import { LabError } from "../../src/core/errors.ts";
import { isZero } from "../program-verify/feedback.ts";
import type { MeltQuenchParameters, PulseAmperes } from "../program-verify/parameters.ts";

export interface OrderContext {
  readonly parameters: MeltQuenchParameters;
  readonly calibration: ConverterCalibration;
  readonly descriptor: Descriptor;
}

/**
 * Targets are converted by the calibration of each bit line; the margins and the gain, which the board has one of, by the mean over
 * the bit lines that can be trusted.
 * @param targets S, row by row. @param mask one byte a cell; 0 leaves the cell alone.
 */
export function orderFor(
  region: Region,
  targets: Float32Array,
  mask: Uint8Array,
  { parameters, calibration, descriptor }: OrderContext,
): OnBoardOrder {
  const { averages, readVolts, stuckIterations, maxIterations, maxResets } = parameters;
  const { siemensPerCode, offsetCodes } = meanOver(calibration, region);
  const amperesPerCode = nominalAmperesPerCode(descriptor);
  const sums = (siemens: number): number => Math.round((siemens / siemensPerCode) * averages);
  const code = (amperes: number): number => Math.round(amperes / amperesPerCode);
  return {
    region,
    mask,
    targetSums: sumsOf(region, targets, { parameters, calibration, descriptor }),
    averages,
    readVolts,
    marginSum: sums(parameters.marginSiemens),
    // `sumsOf` gives the RESET state 0 and nothing else.
    zeroSum: 0,
    zeroMarginSum: Math.max(0, sums(parameters.zeroMarginSiemens) + Math.round(offsetCodes * averages)),
    maxIterations,
    maxResets,
    stuckSum: sums(parameters.stuckSiemens),
    stuckShare: parameters.stuckFraction,
    stuckIterations,
    widthSeconds: parameters.pulseWidthSeconds,
    startCode: code(parameters.startAmperes),
    minCode: code(parameters.minAmperes),
    maxCode: code(parameters.maxAmperes),
    codesPerSum: (parameters.gainAmperesPerSiemens * siemensPerCode) / averages / amperesPerCode,
    reset: {
      amplitudeCode: code(parameters.reset.amperes),
      widthSeconds: parameters.reset.widthSeconds,
    },
    preparation: parameters.preparation.map(({ amperes, widthSeconds }: PulseAmperes) => ({
      amplitudeCode: code(amperes),
      widthSeconds,
      trailingSeconds: 0,
    })),
  };
}

/** 0 for the RESET state; any other target at least 1, and at most what the converter gives. */
function sumsOf(
  { column, columns }: Region,
  targets: Float32Array,
  { parameters, calibration, descriptor }: OrderContext,
): Uint16Array {
  const { averages } = parameters;
  const largest = averages * largestAdcCode(descriptor);
  return Uint16Array.from(targets, (siemens, cell) => {
    if (isZero(siemens, parameters)) return 0;
    const line = column + (cell % columns);
    const code = siemens / calibration.siemensPerCode[line]! + calibration.offsetCodes[line]!;
    return Math.min(largest, Math.max(1, Math.round(averages * code)));
  });
}

/** Of the bit lines whose converters can be trusted. */
function meanOver({ siemensPerCode, offsetCodes, success }: ConverterCalibration, region: Region) {
  const { column, columns } = region;
  const trusted = Array.from({ length: columns }, (_, n) => column + n).filter((line) => success[line] === 1);
  if (trusted.length === 0)
    throw new LabError("LIMIT", `no converter of ${regionText(region)} can be trusted`, {
      next: "nothing was sent for it; measure again: pcmlab calibrate --chip PORT --store FILE",
    });
  const mean = (values: Float64Array): number =>
    trusted.reduce((sum, line) => sum + values[line]!, 0) / trusted.length;
  return { siemensPerCode: mean(siemensPerCode), offsetCodes: mean(offsetCodes) };
}

/** Pulses that a cell of a target (S) gets at most. */
export const mostPulses = (siemens: number, parameters: MeltQuenchParameters): number =>
  mostPulsesOf(parameters, isZero(siemens, parameters));

/** Chip time (s) that a run for so many cells takes at most, with as much again for what a board does between pulses. */
export function longestSeconds(cells: number, { parameters, descriptor }: OrderContext): number {
  const { preparation, pulseWidthSeconds, reset, maxIterations, maxResets, averages } = parameters;
  const rounds = Math.max(maxIterations, maxResets) + 1;
  const prepared = preparation.reduce((sum, { widthSeconds }) => sum + widthSeconds, reset.widthSeconds);
  const pulsed = prepared + rounds * Math.max(pulseWidthSeconds, reset.widthSeconds);
  const read = rounds * averages * descriptor.read.sampleSeconds;
  return leastSeconds + 2 * cells * (pulsed / (descriptor.envelope?.maxDuty ?? 1) + read);
}

const leastSeconds = 60;
