/**
 * Iterative melt-quench programming with amplitude feedback, as pure steps: from what was read to which pulses come next.
 * A larger current melts more and leaves less conductance, so the amplitude moves with the error: I += c (G - target).
 * Source: FACTS.md 1.2; Papandreou et al., ISCAS 2011.
 */

import { type Descriptor, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { type CellOutcome, cellOutcomes } from "../../src/chip/outcome.ts";
import { type PulseStep, type PulseTrain, pulsesIn, type SharedTrain } from "../../src/chip/pulse.ts";
import type { MeltQuenchParameters, PulseAmperes } from "./parameters.ts";

/** What is known of a band of cells between two steps; every array has one value a cell. */
export interface BandState {
  /** Codes of `cellOutcomes`, or `underWay`. */
  readonly outcomes: Uint8Array;
  /** Amplitude of the last feedback pulse, A. */
  readonly amperes: Float32Array;
  /** Pulses that a verifying read has followed: feedback pulses, or RESET pulses of zero cells. */
  readonly iterations: Uint8Array;
  /** Range of the readings so far, S. */
  readonly lowest: Float32Array;
  readonly highest: Float32Array;
}

/** A cell that is neither done nor given up. */
export const underWay = 255;

export const codeOf = (outcome: CellOutcome): number => cellOutcomes.indexOf(outcome);
const converged = codeOf("converged");

export function initialState(cells: number, parameters: MeltQuenchParameters): BandState {
  return {
    outcomes: new Uint8Array(cells).fill(underWay),
    amperes: new Float32Array(cells).fill(parameters.startAmperes),
    iterations: new Uint8Array(cells),
    lowest: new Float32Array(cells).fill(Number.POSITIVE_INFINITY),
    highest: new Float32Array(cells).fill(Number.NEGATIVE_INFINITY),
  };
}

/** The trains that come before the first read: a RESET for zero cells, RESET and falling staircase for the others. */
export function preparationTrains(
  targets: Float32Array,
  descriptor: Descriptor,
  parameters: MeltQuenchParameters,
): SharedTrain[] {
  const zero = Uint8Array.from(targets, (target) => (target <= parameters.zeroSiemens ? 1 : 0));
  const trains: SharedTrain[] = [
    { kind: "shared", mask: zero, steps: stepsOf([parameters.reset], descriptor) },
    {
      kind: "shared",
      mask: zero.map((flag) => 1 - flag),
      steps: stepsOf(parameters.preparation, descriptor),
    },
  ];
  return trains.filter((train) => train.mask.includes(1));
}

export interface Step {
  readonly state: BandState;
  /** Feedback pulses; 0 gives a cell none. */
  readonly amplitudeCodes: Uint16Array;
  /** Cells for another RESET pulse. */
  readonly resetMask: Uint8Array;
  /** Cells that are still under way. */
  readonly active: number;
}

/**
 * One verify step over a band.
 * @param measured conductances in S that were just read. @param targets S.
 */
export function step(
  before: BandState,
  measured: Float32Array,
  targets: Float32Array,
  descriptor: Descriptor,
  parameters: MeltQuenchParameters,
): Step {
  const cells = targets.length;
  const state = copyOf(before);
  const amplitudeCodes = new Uint16Array(cells);
  const resetMask = new Uint8Array(cells);
  const amperesPerCode = nominalAmperesPerCode(descriptor);
  let active = 0;
  for (let cell = 0; cell < cells; cell++) {
    if (state.outcomes[cell] !== underWay) continue;
    const reading = measured[cell]!;
    const target = targets[cell]!;
    state.lowest[cell] = Math.min(state.lowest[cell]!, reading);
    state.highest[cell] = Math.max(state.highest[cell]!, reading);
    state.outcomes[cell] = judge(state, cell, reading, target, parameters);
    if (state.outcomes[cell] !== underWay) continue;
    active++;
    state.iterations[cell]!++;
    if (target <= parameters.zeroSiemens) {
      resetMask[cell] = 1;
      continue;
    }
    state.amperes[cell] = nextAmperes(state.amperes[cell]!, reading - target, parameters);
    amplitudeCodes[cell] = Math.round(state.amperes[cell]! / amperesPerCode);
  }
  return { state, amplitudeCodes, resetMask, active };
}

/** The pulses that a step asks for. */
export function feedbackTrains(
  { amplitudeCodes, resetMask }: Pick<Step, "amplitudeCodes" | "resetMask">,
  descriptor: Descriptor,
  parameters: MeltQuenchParameters,
): PulseTrain[] {
  const shape = { widthSeconds: parameters.pulseWidthSeconds, trailingSeconds: 0 };
  const trains: PulseTrain[] = [
    { kind: "per-cell", shape, amplitudeCodes },
    { kind: "shared", mask: resetMask, steps: stepsOf([parameters.reset], descriptor) },
  ];
  return trains.filter((train) => pulsesIn(train) > 0);
}

/** The amplitude after an error (S), bounded. */
export function nextAmperes(amperes: number, errorSiemens: number, parameters: MeltQuenchParameters): number {
  const wanted = amperes + parameters.gainAmperesPerSiemens * errorSiemens;
  return Math.min(parameters.maxAmperes, Math.max(parameters.minAmperes, wanted));
}

function judge(
  state: BandState,
  cell: number,
  reading: number,
  target: number,
  parameters: MeltQuenchParameters,
): number {
  const zero = target <= parameters.zeroSiemens;
  const accepted = zero
    ? reading <= parameters.zeroMarginSiemens
    : Math.abs(reading - target) <= parameters.marginSiemens;
  if (accepted) return converged;
  const iterations = state.iterations[cell]!;
  const limit = zero ? parameters.maxResets : parameters.maxIterations;
  const patience = Math.min(limit, parameters.stuckIterations);
  const highest = state.highest[cell]!;
  const noise = Math.max(parameters.stuckSiemens, parameters.stuckFraction * highest);
  const unmoved = highest - state.lowest[cell]! < noise;
  if (iterations >= patience && unmoved) return codeOf(reading < target ? "stuck-low" : "stuck-high");
  return iterations >= limit ? codeOf("exhausted") : underWay;
}

function stepsOf(pulses: readonly PulseAmperes[], descriptor: Descriptor): PulseStep[] {
  const amperesPerCode = nominalAmperesPerCode(descriptor);
  return pulses.map(({ amperes, widthSeconds }) => ({
    amplitudeCode: Math.round(amperes / amperesPerCode),
    widthSeconds,
    trailingSeconds: 0,
  }));
}

function copyOf(state: BandState): BandState {
  return {
    outcomes: state.outcomes.slice(),
    amperes: state.amperes.slice(),
    iterations: state.iterations.slice(),
    lowest: state.lowest.slice(),
    highest: state.highest.slice(),
  };
}
