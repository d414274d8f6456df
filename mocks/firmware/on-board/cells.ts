/**
 * Melt-quench program-and-verify of the cells of a band in whole codes, as a microcontroller would do it: from the sums of ADC codes
 * that were read to the pulses that come next. A larger current leaves less conductance, so the code moves with the error.
 */

import type { ProgramVerifyRequest } from "../../../firmware-protocol/operation/program-verify.ts";
import type { PulseTrain } from "../../../src/chip/pulse.ts";
import { addPulses, pulsesIn } from "../../../src/chip/pulse.ts";
import { secondsFromNanoseconds } from "../../../src/core/units.ts";

/** What is known of the cells of a band, changed in place; one value a cell. */
export interface BandCells {
  readonly chosen: Uint8Array;
  readonly targets: Uint16Array;
  /** Codes of SPEC.md, 10.12, or `underWay`. */
  readonly outcomes: Uint8Array;
  /** Amplitude of the feedback, not rounded. */
  readonly codes: Float64Array;
  readonly iterations: Uint8Array;
  readonly pulses: Uint16Array;
  /** Last reading, and the range of all of them. */
  readonly sums: Uint16Array;
  readonly lowest: Uint16Array;
  readonly highest: Uint16Array;
}

export const underWay = 255;
const [converged, exhausted, stuckLow, stuckHigh, skipped, unknown] = [0, 1, 2, 3, 4, 5];

export const bandCells = (
  chosen: Uint8Array,
  targets: Uint16Array,
  { startCode }: ProgramVerifyRequest,
): BandCells => ({
  chosen,
  targets,
  outcomes: chosen.map((flag) => (flag === 0 ? skipped : underWay)),
  codes: new Float64Array(targets.length).fill(startCode),
  iterations: new Uint8Array(targets.length),
  pulses: new Uint16Array(targets.length),
  sums: new Uint16Array(targets.length),
  lowest: new Uint16Array(targets.length).fill(65_535),
  highest: new Uint16Array(targets.length),
});

export const toRead = ({ outcomes }: BandCells): Uint8Array =>
  outcomes.map((outcome) => (outcome === underWay ? 1 : 0));

/** The pulses before the first reading: one RESET for cells whose target is that state, the preparation for the others. */
export function firstTrains(cells: BandCells, request: ProgramVerifyRequest): PulseTrain[] {
  const zero = cells.chosen.map((flag, n) => (flag !== 0 && isZero(cells, n, request) ? 1 : 0));
  const others = cells.chosen.map((flag, n) => (flag !== 0 && zero[n] === 0 ? 1 : 0));
  return given([resetTrain(zero, request), preparationTrain(others, request)]);
}

/** Judges the cells by their new sums and gives the pulses of those that are not done. */
export function nextTrains(cells: BandCells, request: ProgramVerifyRequest): PulseTrain[] {
  const amplitudeCodes = new Uint16Array(cells.targets.length);
  const resets = new Uint8Array(cells.targets.length);
  for (let n = 0; n < cells.targets.length; n++) {
    if (cells.outcomes[n] !== underWay) continue;
    cells.outcomes[n] = judged(cells, n, request);
    if (cells.outcomes[n] !== underWay) continue;
    cells.iterations[n]!++;
    if (isZero(cells, n, request)) resets[n] = 1;
    else amplitudeCodes[n] = nextCode(cells, n, request);
  }
  return given([feedbackTrain(amplitudeCodes, request), resetTrain(resets, request)]);
}

export function note(cells: BandCells, cell: number, sum: number): void {
  cells.sums[cell] = sum;
  cells.lowest[cell] = Math.min(cells.lowest[cell]!, sum);
  cells.highest[cell] = Math.max(cells.highest[cell]!, sum);
}

/** Counts the pulses of a train that was given. */
export function count(cells: BandCells, train: PulseTrain): void {
  addPulses(cells.pulses, train);
}

/** The outcome of a cell once nothing more is done. */
export function endedOutcome({ outcomes, pulses }: BandCells, cell: number): number {
  if (outcomes[cell] !== underWay) return outcomes[cell]!;
  return pulses[cell] === 0 ? skipped! : unknown!;
}

function judged(cells: BandCells, n: number, request: ProgramVerifyRequest): number {
  const [sum, target, attempts] = [cells.sums[n]!, cells.targets[n]!, cells.iterations[n]!];
  const zero = isZero(cells, n, request);
  const accepted = zero ? sum <= request.zeroMarginSum : Math.abs(sum - target) <= request.marginSum;
  if (accepted) return converged!;
  const limit = zero ? request.maxResets : request.maxIterations;
  const still = Math.max(request.stuckSum, request.stuckShare * cells.highest[n]!);
  const unmoved = cells.highest[n]! - cells.lowest[n]! < still;
  const isFar = Math.abs(sum - target) > still;
  if (unmoved && isFar && attempts >= Math.min(limit, request.stuckIterations))
    return sum < target ? stuckLow! : stuckHigh!;
  return attempts >= limit ? exhausted! : underWay;
}

function nextCode(
  cells: BandCells,
  n: number,
  { codesPerSum, minCode, maxCode }: ProgramVerifyRequest,
): number {
  const wanted = cells.codes[n]! + codesPerSum * (cells.sums[n]! - cells.targets[n]!);
  cells.codes[n] = Math.min(maxCode, Math.max(minCode, wanted));
  return Math.round(cells.codes[n]!);
}

const isZero = ({ targets }: BandCells, cell: number, { zeroSum }: ProgramVerifyRequest): boolean =>
  targets[cell]! <= zeroSum;

const given = (trains: readonly PulseTrain[]): PulseTrain[] => trains.filter((train) => pulsesIn(train) > 0);

const feedbackTrain = (amplitudeCodes: Uint16Array, request: ProgramVerifyRequest): PulseTrain => ({
  kind: "per-cell",
  shape: { widthSeconds: secondsFromNanoseconds(request.widthNanoseconds), trailingSeconds: 0 },
  amplitudeCodes,
});

const resetTrain = (mask: Uint8Array, { resetCode, resetNanoseconds }: ProgramVerifyRequest): PulseTrain => ({
  kind: "shared",
  mask,
  steps: [
    { amplitudeCode: resetCode, widthSeconds: secondsFromNanoseconds(resetNanoseconds), trailingSeconds: 0 },
  ],
});

const preparationTrain = (mask: Uint8Array, { preparation }: ProgramVerifyRequest): PulseTrain => ({
  kind: "shared",
  mask,
  steps: preparation.map((step) => ({
    amplitudeCode: step.amplitudeCode,
    widthSeconds: secondsFromNanoseconds(step.widthNanoseconds),
    trailingSeconds: secondsFromNanoseconds(step.trailingNanoseconds),
  })),
});
